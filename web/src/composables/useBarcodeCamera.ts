import { nextTick, onScopeDispose, ref, type Ref } from 'vue'
import { loadBarcodeReader } from './barcodeDetector'
import type { BarcodeReader } from './zxingReader'

const LOOK_EVERY_MS = 200

/** Why there is no scanning: no permission or no camera, or the reader could not be loaded. */
export type CameraFault = 'denied' | 'unread'

/** Scans QR codes with the camera; the reader is loaded and the camera asked for on `start` only. */
export function useBarcodeCamera(video: Ref<HTMLVideoElement | null>, found: (text: string) => void) {
  const isThere = Boolean(navigator.mediaDevices?.getUserMedia)
  const scanning = ref(false)
  const fault = ref<CameraFault | null>(null)
  let stream: MediaStream | null = null

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop())
    stream = null
    scanning.value = false
  }

  const fail = (reason: CameraFault) => {
    stop()
    fault.value = reason
  }

  const look = async (reader: BarcodeReader): Promise<void> => {
    if (!stream || !video.value) return
    const [code] = await reader.detect(video.value).catch(() => [])
    if (code && stream) {
      stop()
      return found(code.rawValue)
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    return look(reader)
  }

  /** Returns whether the camera's picture is shown; the clerk may have stopped while the browser asked. */
  const show = async (): Promise<boolean> => {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    await nextTick()
    if (!scanning.value || !video.value) return false
    video.value.srcObject = stream
    await video.value.play()
    return true
  }

  const start = async () => {
    if (scanning.value) return
    fault.value = null
    scanning.value = true
    const [shown, reader] = await Promise.all([show().catch(() => null), loadBarcodeReader().catch(() => null)])
    if (shown === null) return fail('denied')
    if (reader === null) return fail('unread')
    if (!shown) return stop()
    await look(reader)
  }

  onScopeDispose(stop)
  return { isThere, scanning, fault, start, stop }
}
