/** A cell that a spreadsheet would run as a formula is text, whatever somebody typed into a name (S6). */
export const plainCell = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

/** 学校_班级_标题_日期.xlsx */
export const exportName = (parts: string[]) => `${parts.filter((it) => it !== '').join('_')}.xlsx`
