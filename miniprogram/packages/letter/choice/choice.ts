import type { AnswerItem, LetterForm } from '../../../contract'

/** One choice under large buttons: a tap is the answer, and a no may ask why before it goes out. Fires `choose` with the answers. */
Component({
  properties: {
    form: { type: Object, value: {} as LetterForm },
    /** What this guardian has chosen before. */
    mine: { type: Array, value: [] as AnswerItem[] },
    busy: { type: Boolean, value: false },
  },
  data: {
    options: [] as { text: string; isOn: boolean; isMain: boolean }[],
    /** The option that asks for a reason and waits for it. */
    asking: '',
    isNeeded: false,
    problem: '',
  },

  observers: {
    'form, mine'(form: LetterForm, mine: AnswerItem[]) {
      const [choice] = form.fields ?? []
      const chosen = mine?.find((it) => it.code === choice?.code)?.value
      const isOn = (text: string) => Array.isArray(chosen) && chosen.includes(text)
      this.setData({
        options: (choice?.options ?? []).map((text, at) => ({ text, isOn: isOn(text), isMain: at === 0 })),
        asking: '',
        problem: '',
      })
    },
  },

  methods: {
    onOption(event: WechatMiniprogram.BaseEvent) {
      if (this.data.busy) return
      const { option } = event.currentTarget.dataset as { option: string }
      const { form } = this.data
      const reason = form.fields[1]
      if (reason?.shownIf?.is.includes(option)) {
        this.setData({ asking: option, isNeeded: reason.required, problem: '' })
        return
      }
      this.choose(option)
    },
    onSend(event: WechatMiniprogram.FormSubmit) {
      const reason = String((event.detail.value as { reason?: string }).reason ?? '').trim()
      if (this.data.isNeeded && reason === '') {
        this.setData({ problem: '请写一下原因' })
        return
      }
      this.choose(this.data.asking, reason)
    },
    onBack() {
      this.setData({ asking: '' })
    },
    choose(option: string, reason = '') {
      const [choice, why] = this.data.form.fields
      const answers: AnswerItem[] = [{ code: choice?.code ?? '', value: [option] }]
      if (why && reason) answers.push({ code: why.code, value: reason })
      this.triggerEvent('choose', { answers })
    },
  },
})
