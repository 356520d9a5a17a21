import type { BarcodeReader } from './zxingReader'

interface ReaderClass {
  new (options: { formats: ['qr_code'] }): BarcodeReader
  getSupportedFormats: () => Promise<readonly string[]>
}

const OPTIONS: { formats: ['qr_code'] } = { formats: ['qr_code'] }

/** The browser's own reader of QR codes, otherwise ours, which is loaded only now. */
export async function loadBarcodeReader(): Promise<BarcodeReader> {
  const Own = (globalThis as { BarcodeDetector?: ReaderClass }).BarcodeDetector
  // Some browsers have the class and can read nothing.
  if (Own && (await Own.getSupportedFormats()).includes('qr_code')) return new Own(OPTIONS)
  const { createBarcodeReader } = await import('./zxingReader')
  return createBarcodeReader()
}
