import { execFileSync } from 'node:child_process'
import { BASE } from './browser'
import { tokenOf } from './demoWorld'

// The project's own Python reads the QR code with the very libraries that the documents' tests read it with.
const READ_QR_CODE = `
import sys, pypdfium2, zxingcpp
page = pypdfium2.PdfDocument(sys.stdin.buffer.read())[0]
[code] = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
print(code.text, end="")
`

/** What a scanner reads from the printed voucher of somebody's preselection: the signed token. */
export async function scanVoucher(user: string, preselectionId: string): Promise<string> {
  const response = await fetch(`${BASE}/api/v1/preselections/${preselectionId}/voucher`, {
    headers: { Authorization: `Bearer ${await tokenOf(user)}` },
  })
  if (!response.ok) throw new Error(`the voucher answered ${response.status}`)
  const input = Buffer.from(await response.arrayBuffer())
  return execFileSync('python', ['-c', READ_QR_CODE], { input, encoding: 'utf8' })
}
