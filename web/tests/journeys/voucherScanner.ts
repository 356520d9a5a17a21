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

// A camera of 1280 × 720 before which the voucher's code is held, a little askew, with what is printed around it.
const HOLD_BEFORE_CAMERA = `
import io, sys, pypdfium2, zxingcpp
from PIL import Image
page = pypdfium2.PdfDocument(sys.stdin.buffer.read())[0].render(scale=4).to_pil().convert("RGB")
[code] = zxingcpp.read_barcodes(page)
x, y = code.position.top_left.x, code.position.top_left.y
side = code.position.bottom_right.x - x
box = (x - side // 2, y - side // 4, x + 2 * side, y + side + side // 4)
paper = page.crop(box).rotate(4, expand=True, fillcolor="white", resample=Image.BICUBIC)
paper.thumbnail((1280, 720))
picture = Image.new("RGB", (1280, 720), "grey")
picture.paste(paper, ((1280 - paper.width) // 2, (720 - paper.height) // 2))
picture.save(sys.stdout.buffer, "JPEG", quality=85)
`

/** What a scanner reads from the printed voucher of somebody's preselection: the signed token. */
export const scanVoucher = async (user: string, preselectionId: string): Promise<string> =>
  execFileSync('python', ['-c', READ_QR_CODE], { input: await voucherOf(user, preselectionId), encoding: 'utf8' })

/** What a camera sees of the voucher, as a JPEG. */
export const photographVoucher = async (user: string, preselectionId: string): Promise<Buffer> =>
  execFileSync('python', ['-c', HOLD_BEFORE_CAMERA], { input: await voucherOf(user, preselectionId) })

async function voucherOf(user: string, preselectionId: string): Promise<Buffer> {
  const response = await fetch(`${BASE}/api/v1/preselections/${preselectionId}/voucher`, {
    headers: { Authorization: `Bearer ${await tokenOf(user)}` },
  })
  if (!response.ok) throw new Error(`the voucher answered ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}
