import type { AwarenessFigures, SurveyStatus, SurveyWave } from '#contract/surveys'

export const STATUS_TEXT: Record<SurveyStatus, string> = {
  draft: '草稿',
  opening: '正在抽样',
  open: '进行中',
  closed: '已结束',
}
export const STATUS_TYPE: Record<SurveyStatus, 'info' | 'warning' | 'success'> = {
  draft: 'info',
  opening: 'warning',
  open: 'success',
  closed: 'info',
}
export const WAVE_TEXT: Record<SurveyWave, string> = { single: '', before: '课前', after: '课后' }
export const VERDICT_TEXT: Record<NonNullable<AwarenessFigures['verdict']>, string> = {
  reached: '达到目标',
  missed: '没有达到',
  unclear: '样本还不能判断',
}

/** 86.7%: a rate of a sample is read with its decimals, beside the interval. */
export const exact = (rate: number) => `${(rate * 100).toFixed(1)}%`
