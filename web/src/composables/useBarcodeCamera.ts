import { nextTick, onScopeDispose, ref, type Ref } from 'vue'

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>
}

type DetectorClass = new (options: { formats: string[] }) => Detector

const LOOK_EVERY_MS = 200

const detectorClass = (): DetectorClass | null =>
  (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector ?? null

/** Scans QR codes with the camera, where the browser has a barcode detector of its own; asks for the camera on `start` only. */
export function useBarcodeCamera(video: Ref<HTMLVideoElement | null>, found: (text: string) => void) {
  const isThere = detectorClass() !== null && Boolean(navigator.mediaDevices?.getUserMedia)
  const scanning = ref(false)
  const denied = ref(false)
  let stream: MediaStream | null = null

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop())
    stream = null
    scanning.value = false
  }

  const look = async (detector: Detector): Promise<void> => {
    if (!stream || !video.value) return
    const [code] = await detector.detect(video.value).catch(() => [])
    if (code && stream) {
      stop()
      return found(code.rawValue)
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    return look(detector)
  }

  const start = async () => {
    const Class = detectorClass()
    if (!Class || scanning.value) return
    denied.value = false
    scanning.value = true
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      await nextTick()
      // The clerk may have stopped while the browser asked.
      if (!scanning.value || !video.value) return stop()
      video.value.srcObject = stream
      await video.value.play()
      void look(new Class({ formats: ['qr_code'] }))
    } catch {
      stop()
      denied.value = true
    }
  }

  onScopeDispose(stop)
  return { isThere, scanning, denied, start, stop }
}
