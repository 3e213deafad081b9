/** What of a paste stayed behind or became something else, and the one sentence that tells the author. */
export interface Losses {
  /** What stands beside each picture as its name; often nothing, or a name that only a programme understands. */
  pictures: readonly string[]
  films: number
  formulas: number
  /** Drawn in Word, without words. */
  shapes: number
  /** To sites that the text may not lead to. */
  links: number
  tables: number
  /** Words crossed out while tracking changes. */
  deleted: number
  comments: number
}

/** 粘贴时去掉了2张图片（路线图）和批注，其余都在；图片请用“图片”按钮上传. Empty when all came along. */
export function lossesInWords(it: Losses): string {
  const gone = [
    ...(it.pictures.length > 0 ? [`${it.pictures.length}张图片${namesOf(it.pictures)}`] : []),
    ...(it.shapes > 0 ? [`${it.shapes}个图形`] : []),
    ...(it.formulas > 0 ? [`${it.formulas}个公式`] : []),
    ...(it.films > 0 ? [`${it.films}段视频或录音`] : []),
    ...(it.deleted > 0 ? ['修订里删掉的文字'] : []),
    ...(it.comments > 0 ? ['批注'] : []),
  ]
  const changed = [
    ...(it.tables > 0 ? ['表格变成了一行一行的文字，请看一看'] : []),
    ...(it.links > 0 ? [`${it.links}个链接不在可用的网站里，只留下了文字`] : []),
  ]
  return [
    ...(gone.length > 0 ? [`粘贴时去掉了${listOf(gone)}${changed.length > 0 ? '' : '，其余都在'}`] : []),
    ...changed,
    ...(it.pictures.length > 0 ? ['图片请用“图片”按钮上传'] : []),
  ].join('；')
}

/** A、B和C */
const listOf = (all: readonly string[]) =>
  all.length > 1 ? `${all.slice(0, -1).join('、')}和${all.at(-1)}` : (all[0] ?? '')

/** Named where somebody has named them; a programme's own names say nothing. */
function namesOf(pictures: readonly string[]) {
  const names = [...new Set(pictures.map((it) => it.trim()))].filter(
    (it) =>
      it !== '' && it.length <= 20 && !/^(图片|图像|图形|image|img|picture)|自动生成|\.\w{3,4}$/i.test(it),
  )
  return names.length > 0 ? `（${names.slice(0, 3).join('、')}${names.length > 3 ? '等' : ''}）` : ''
}
