/** Something a person has to change, and where. */
export interface Problem {
  file: string
  line: number
  column: number
  message: string
}

export const at = (file: string, message: string, line = 1, column = 1): Problem => ({
  file,
  line,
  column,
  message,
})

export const inWords = ({ file, line, column, message }: Problem) => `${file}:${line}:${column} ${message}`
