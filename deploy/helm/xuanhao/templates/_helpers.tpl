{{- define "xuanhao.container" -}}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
args: {{ .command | toJson }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: {drop: [ALL]}
  seccompProfile: {type: RuntimeDefault}
volumeMounts:
  - {name: keys, mountPath: /etc/xuanhao, readOnly: true}
  - {name: temporary, mountPath: /var/tmp}
{{- end -}}
