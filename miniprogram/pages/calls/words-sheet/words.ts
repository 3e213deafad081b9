/** What is said in the end: the offered words that were chosen, then one's own. */
export function sayTogether(chosen: string[], own: string): string {
  return [chosen.join('、'), own.trim()].filter((it) => it !== '').join('，')
}

/** The list after a tap on `word`; with `many` false a tap replaces what was chosen before. */
export function choose(chosen: string[], word: string, many: boolean): string[] {
  if (chosen.includes(word)) return chosen.filter((it) => it !== word)
  return many ? [...chosen, word] : [word]
}
