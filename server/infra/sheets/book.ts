export interface SheetRow {
  /** Line in the sheet, from 1; always more than that of the row before. */
  row: number
  cells: string[]
}

/** A file of sheets, whichever way it is written. */
export interface Book {
  sheets: { name: string; isHidden: boolean }[]
  /** The rows of one sheet in order, without the empty ones. */
  rows: (sheet: number) => AsyncIterable<SheetRow> | Iterable<SheetRow>
}

/** Longer texts are cut: no name and no number is. */
export const MOST_CHARACTERS = 1_000

export const cut = (text: string) =>
  text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS).toWellFormed() : text
