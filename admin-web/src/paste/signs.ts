/**
 * Raised and lowered signs, and readings above characters. A letter knows neither, and what stands in one line must not read as another
 * number: m² is no m2.
 */

const signs = (from: string, to: string) =>
  new Map([...from].map((it, at) => [it, [...to][at] ?? it] as const))
const RAISED = signs('0123456789+-−=noO', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼ⁿ°°')
const LOWERED = signs('0123456789+-−=', '₀₁₂₃₄₅₆₇₈₉₊₋₋₌')
const STYLE = /vertical-align\s*:\s*(super|sub)\b/i
/** 1st, ™, and the mark of a note such as [1] or ①: they read well on the line. */
const READS_WELL = /^(?:st|nd|rd|th|tm|[[(（【〔].*|[^a-z0-9]*)$/i

export function writeSigns(body: HTMLElement) {
  // The inner ones first: what is written by then is left alone.
  for (const it of [...body.querySelectorAll<HTMLElement>('sup,sub,[style]')].reverse()) {
    const [, way] = STYLE.exec(it.getAttribute('style') ?? '') ?? []
    if (it.tagName === 'SUP' || way?.toLowerCase() === 'super') write(it, raised)
    else if (it.tagName === 'SUB' || way) write(it, lowered)
  }
  for (const it of body.querySelectorAll('rp')) it.remove()
  for (const it of body.querySelectorAll('rt')) {
    const reading = it.textContent.trim()
    it.replaceWith(reading === '' ? '' : `(${reading})`)
  }
}

function write(it: HTMLElement, way: (said: string) => string) {
  const said = it.textContent.trim()
  if (said !== '') it.replaceChildren(way(said))
  it.replaceWith(...it.childNodes)
}

/** A power that has no sign of its own is written as on a keyboard: 2^0.5. */
function raised(said: string) {
  if ([...said].every((it) => RAISED.has(it))) return [...said].map((it) => RAISED.get(it) ?? it).join('')
  return READS_WELL.test(said) ? said : `^${said}`
}

const lowered = (said: string) => [...said].map((it) => LOWERED.get(it) ?? it).join('')
