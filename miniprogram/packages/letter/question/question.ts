import type { Said, ShownField } from '../letter/form'

/**
 * One question of a form below a letter, the same for families and for offices. Fires `said` with what was tapped or typed. What is signed
 * or uploaded for it stands in its slot, as each page keeps that in its own way.
 */
Component({
  properties: {
    field: { type: Object, value: {} as ShownField },
  },

  methods: {
    onOption(event: WechatMiniprogram.BaseEvent) {
      const { option } = event.currentTarget.dataset as { option: string }
      this.say({ code: this.data.field.code, option })
    },
    onType({ detail: { value } }: WechatMiniprogram.Input) {
      this.say({ code: this.data.field.code, text: value })
    },
    onDay({ detail: { value } }: WechatMiniprogram.PickerChange) {
      this.say({ code: this.data.field.code, day: String(value) })
    },
    say(said: Said) {
      this.triggerEvent('said', said)
    },
  },
})
