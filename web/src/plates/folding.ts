/** What people paste: full-width characters, blanks and dashes between groups. Nothing else is changed, and nothing is cut. */
export function foldIdentifier(text: string): string {
  const plain = text.replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
  return plain.replace(/[\s\u200B\uFEFF\-\u2010-\u2015\u2212]/g, '')
}
