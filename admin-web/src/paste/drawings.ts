/**
 * Word puts a drawing on the clipboard twice: in a remark that only Word reads, and behind it as a picture for everybody else. The remark
 * tells of what it is a picture.
 */

export interface Drawings {
  formulas: number
  /** Shapes without words. */
  shapes: number
}

/** Takes the pictures of formulas and text boxes away, and puts the words of a text box in front of the paragraph it hangs on. */
export function readDrawings(body: HTMLElement): Drawings {
  const found = { formulas: body.querySelectorAll('math').length, shapes: 0 }
  for (const remark of remarksIn(body)) {
    if (/^\[if gte msEquation/i.test(remark.data)) {
      if (takePicture(remark)) found.formulas++
    } else if (/^\[if gte vml/i.test(remark.data) && /<v:textbox/i.test(remark.data)) {
      const boxes = wordsOf(remark)
      if (takePicture(remark) && boxes.length === 0) found.shapes++
      ;(remark.parentElement?.closest('p,h1,h2,h3,h4,h5,h6') ?? remark).before(...boxes)
    }
  }
  return found
}

export function remarksIn(body: HTMLElement): Comment[] {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT)
  const remarks: Comment[] = []
  while (walker.nextNode()) remarks.push(walker.currentNode as Comment)
  return remarks
}

/** What stands for readers that are not Word between `[if !…]` and `[endif]`; whether there was a picture. */
function takePicture(remark: Comment): boolean {
  const instead: ChildNode[] = []
  let depth = 0
  for (let it = remark.nextSibling; it; it = it.nextSibling) {
    const isRemark = it.nodeType === Node.COMMENT_NODE
    if (isRemark && /^\[if !/i.test(it.textContent ?? '')) depth++
    else if (isRemark && /^\[endif/i.test(it.textContent ?? '') && --depth <= 0) break
    else if (depth > 0) instead.push(it)
    else if ((it.textContent ?? '').trim() !== '' || it instanceof Element) break
  }
  const isPicture = instead.some(
    (it) => it instanceof Element && (it.matches('img') || it.querySelector('img')),
  )
  if (isPicture) for (const it of instead) it.remove()
  return isPicture
}

/** The words of the text boxes in a remark, each box a block. */
function wordsOf({ data, ownerDocument }: Comment): HTMLElement[] {
  const inside = data.slice(data.indexOf('>') + 1)
  const { body } = new DOMParser().parseFromString(inside, 'text/html')
  return [...body.querySelectorAll('v\\:textbox')]
    .filter((it) => it.textContent.trim() !== '')
    .map((box) => {
      const words = ownerDocument.createElement('div')
      // Word frames the words in a table for readers without text boxes.
      const frame = box.querySelector('td')
      words.append(...(frame?.textContent.trim() === box.textContent.trim() ? frame : box).childNodes)
      return words
    })
}
