import type { MyLive } from '../../../contract'
import { length, nearMoment } from '../../../services/format'
import { tagOf } from '../home/present'

/** A class as its own page shows it, with the one thing to do about it. */
export function presentLive(it: MyLive, now = new Date()) {
  const who = it.lecturers.map(({ name }) => name).join('、')
  return {
    title: it.title,
    summary: it.summary,
    ...tagOf(it),
    facts: [
      { icon: 'time', text: `${nearMoment(it.startAt, now)}，${length(it.minutes)}` },
      ...(who ? [{ icon: 'user', text: who }] : []),
      { icon: 'home', text: it.unitName },
    ],
    ...actionOf(it),
  }
}

function actionOf(it: MyLive): { action: '' | 'register' | 'enter'; words: string; note: string } {
  if (it.status === 'cancelled')
    return { action: '', words: '', note: '这堂课取消了，原因已发到您的消息里。' }
  if (it.isOn) return { action: 'enter', words: '进入课堂', note: '在课上三分之二的时间，就算参加。' }
  if (it.status === 'scheduled') {
    return it.hasRegistered
      ? { action: '', words: '', note: '您家已经报名，开课前一天和半小时会提醒您。到时间在这里进入课堂。' }
      : { action: 'register', words: '报名', note: '报了名，开课前会提醒您；没报名，到时间也可以直接进来。' }
  }
  if (it.hasReplay) return { action: 'enter', words: '看回放', note: '回放随时可以看，不算出勤。' }
  return { action: '', words: '', note: '课已经结束。录像整理好以后，可以在这里回看。' }
}
