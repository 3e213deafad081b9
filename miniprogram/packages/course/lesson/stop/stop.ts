import { answerStop, type Stop } from '../../../../contract'
import { call, tell } from '../../../../services/api'
import { choose, presentQuestion, presentReviewed, type ShownQuestion } from '../../question-card/present'

/** A question at which the film waits. Right or wrong, it is explained and the film goes on: fires `on`. */
Component({
  properties: {
    lessonId: { type: String, value: '' },
    stop: { type: Object, value: null as unknown as Stop },
  },
  data: { shown: null as ShownQuestion | null, chosen: [] as number[], isAnswered: false, busy: false },

  observers: {
    stop(stop: Stop | null) {
      if (stop) this.setData({ chosen: [], isAnswered: false, shown: presentQuestion(stop, []) })
    },
  },

  methods: {
    onChoose(event: WechatMiniprogram.CustomEvent<{ option: number }>) {
      if (this.data.isAnswered) return
      const stop = this.data.stop
      const chosen = choose(stop.kind, this.data.chosen, event.detail.option)
      this.setData({ chosen, shown: presentQuestion(stop, chosen) })
    },
    async onAnswer() {
      const { busy, chosen, lessonId } = this.data
      if (busy) return
      if (chosen.length === 0) {
        void wx.showToast({ title: '先选一个答案', icon: 'none' })
        return
      }
      this.setData({ busy: true })
      try {
        const reviewed = await call(answerStop, { lessonId, at: this.data.stop.at, chosen })
        this.setData({ isAnswered: true, shown: presentReviewed(reviewed) })
      } catch (error) {
        tell(error)
      } finally {
        this.setData({ busy: false })
      }
    },
    onOn() {
      this.triggerEvent('on', { at: this.data.stop.at })
    },
  },
})
