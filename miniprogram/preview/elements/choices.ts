import { shadow, WxElement } from './element.ts'

const TICK =
  '<svg viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="3" d="M5 12.5 10 17.5 19.5 7"/></svg>'

/** What checkbox and radio share: a mark, a value, and a group that is told. */
abstract class Choice extends WxElement {
  #mark!: HTMLElement
  protected abstract readonly shape: string
  abstract readonly groupTag: string

  protected override build() {
    const style = `:host{display:inline-flex;align-items:center}
      i{width:22px;height:22px;margin-right:8px;border:1px solid #c8c8c8;border-radius:${this.shape};box-sizing:border-box;display:inline-flex;flex:none;background:#fff}
      svg{display:none;width:18px;height:18px;margin:auto}i.on svg{display:block}i.off{opacity:.5}`
    this.#mark = shadow(this, `<style>${style}</style><i>${TICK}</i><slot></slot>`).querySelector(
      'i',
    ) as HTMLElement
    this.role = this.groupTag === 'wx-radio-group' ? 'radio' : 'checkbox'
    this.changed('checked')
  }

  protected override changed(name: string) {
    if (name !== 'checked' && name !== 'disabled' && name !== 'color') return
    this.#mark.className = `${this.isChecked ? 'on' : ''} ${this.flag('disabled') ? 'off' : ''}`
    this.#mark.style.color = this.text('color', '#09bb07')
    this.ariaChecked = String(this.isChecked)
  }

  get isChecked() {
    return this.flag('checked')
  }

  check(on: boolean) {
    this.report('checked', on)
    this.changed('checked')
  }

  override activate() {
    if (!this.flag('disabled')) this.choose()
    return true
  }

  protected abstract choose(): void
}

export class Checkbox extends Choice {
  protected readonly shape = '3px'
  readonly groupTag = 'wx-checkbox-group'

  protected choose() {
    this.check(!this.isChecked)
    const group = this.closest(this.groupTag)
    if (group instanceof CheckboxGroup) group.fire('change', { value: group.formValue })
  }
}

export class Radio extends Choice {
  protected readonly shape = '50%'
  readonly groupTag = 'wx-radio-group'

  protected choose() {
    if (this.isChecked) return
    const group = this.closest(this.groupTag)
    for (const other of group?.querySelectorAll('wx-radio') ?? [])
      if (other instanceof Radio) other.check(other === this)
    if (group instanceof RadioGroup) group.fire('change', { value: this.text('value') })
  }
}

export class CheckboxGroup extends WxElement {
  get formValue() {
    return [...this.querySelectorAll('wx-checkbox')].flatMap((it) =>
      it instanceof Checkbox && it.isChecked ? [it.text('value')] : [],
    )
  }

  reset() {
    for (const it of this.querySelectorAll('wx-checkbox')) if (it instanceof Checkbox) it.check(false)
  }
}

export class RadioGroup extends WxElement {
  get formValue() {
    const chosen = [...this.querySelectorAll('wx-radio')].find((it) => it instanceof Radio && it.isChecked)
    return chosen instanceof Radio ? chosen.text('value') : ''
  }

  reset() {
    for (const it of this.querySelectorAll('wx-radio')) if (it instanceof Radio) it.check(false)
  }
}

export class Switch extends WxElement {
  #track!: HTMLElement

  protected override build() {
    const style = `div{width:52px;height:32px;border-radius:16px;background:#dfdfdf;position:relative;transition:background .2s}
      div::after{content:"";position:absolute;left:2px;top:2px;width:28px;height:28px;border-radius:50%;background:#fff;box-shadow:0 1px 3px rgb(0 0 0/.3);transition:transform .2s}
      div.on::after{transform:translateX(20px)}div.off{opacity:.5}`
    this.#track = shadow(this, `<style>${style}</style><div></div>`).querySelector('div') as HTMLElement
    this.role = 'switch'
  }

  protected override changed() {
    const on = this.formValue
    this.#track.className = `${on ? 'on' : ''} ${this.flag('disabled') ? 'off' : ''}`
    this.#track.style.background = on ? this.text('color', '#07c160') : ''
    this.ariaChecked = String(on)
  }

  override activate() {
    if (this.flag('disabled')) return true
    this.report('checked', !this.formValue)
    this.changed()
    this.fire('change', { value: this.formValue })
    return true
  }

  get formValue() {
    return this.flag('checked')
  }

  reset() {
    this.report('checked', false)
    this.changed()
  }
}
