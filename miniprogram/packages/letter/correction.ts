import type { MyLetter } from '../../contract'

type Correction = NonNullable<MyLetter['correction']>

/** What was put right since somebody read a letter, to families or to staff. */
export type ShownCorrection = Correction & {
  /** 您读过第1版，不同的地方都标出来了。新附件：报名表.docx。 */
  note: string
}

export function presentCorrection(correction: Correction): ShownCorrection {
  const { from, changed, gone = [], files } = correction
  const text = changed.length + gone.length > 0 ? '不同的地方都标出来了' : '正文没有改动'
  const told = (what: string, names: readonly string[] = []) =>
    names.length > 0 ? `${what}：${names.join('、')}。` : ''
  const note = `您读过第${from}版，${text}。${told('新附件', files?.fresh)}${told('去掉的附件', files?.gone)}`
  return { ...correction, note }
}
