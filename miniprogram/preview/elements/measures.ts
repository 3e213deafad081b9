import { shadow, WxElement } from './element.ts'

/** slider: the browser's own range, with WeChat's two events. */
export class Slider extends WxElement {
  #range!: HTMLInputElement
  #value!: HTMLElement

  protected override build() {
    const style =
      ':host{display:flex;align-items:center;margin:10px 18px}input{flex:1;accent-color:var(--c,#1aad19)}b{font-weight:400;margin-left:8px}'
    const root = shadow(this, `<style>${style}</style><input type="range"><b></b>`)
    this.#range = root.querySelector('input') as HTMLInputElement
    this.#value = root.querySelector('b') as HTMLElement
    this.#range.addEventListener('input', (event) => {
      event.stopPropagation()
      this.#moved('changing')
    })
    this.#range.addEventListener('change', (event) => {
      event.stopPropagation()
      this.#moved('change')
    })
  }

  #moved(type: string) {
    this.report('value', this.formValue)
    this.#value.textContent = this.flag('showValue') ? String(this.formValue) : ''
    this.fire(type, { value: this.formValue })
  }

  protected override changed() {
    const range = this.#range
    range.min = this.text('min', '0')
    range.max = this.text('max', '100')
    range.step = this.text('step', '1')
    range.disabled = this.flag('disabled')
    range.value = this.text('value', '0')
    range.style.setProperty('--c', this.text('activeColor', '#1aad19'))
    this.#value.textContent = this.flag('showValue') ? String(this.formValue) : ''
  }

  get formValue() {
    return Number(this.#range.value)
  }

  reset() {
    this.setProp('value', this.number('min'))
  }
}

export class Progress extends WxElement {
  #bar!: HTMLElement
  #info!: HTMLElement

  protected override build() {
    const style =
      ':host{display:flex;align-items:center}div{flex:1;overflow:hidden}i{display:block;height:100%;transition:width .3s}b{font-weight:400;margin-left:8px}'
    const root = shadow(this, `<style>${style}</style><div><i></i></div><b></b>`)
    this.#bar = root.querySelector('i') as HTMLElement
    this.#info = root.querySelector('b') as HTMLElement
  }

  protected override changed() {
    const percent = Math.min(100, Math.max(0, this.number('percent')))
    const track = this.#bar.parentElement as HTMLElement
    track.style.height = `${this.number('strokeWidth', 6)}px`
    track.style.background = this.text('backgroundColor', '#ebebeb')
    track.style.borderRadius = `${this.number('borderRadius')}px`
    this.#bar.style.width = `${percent}%`
    this.#bar.style.background = this.text('activeColor', this.text('color', '#09bb07'))
    this.#info.textContent = this.flag('showInfo') ? `${percent}%` : ''
  }
}

const ICONS: Record<string, { color: string; path: string; hollow?: boolean }> = {
  success: { color: '#09bb07', path: 'M6.5 12.5l4 4 7.5-8' },
  success_no_circle: { color: '#09bb07', path: 'M5 12.5l5 5L19.5 7', hollow: true },
  info: { color: '#10aeff', path: 'M12 11v6M12 7v1.5' },
  warn: { color: '#f76260', path: 'M12 7v6M12 15.5V17' },
  waiting: { color: '#10aeff', path: 'M12 7v5.5l3.5 2' },
  cancel: { color: '#f43530', path: 'M8 8l8 8M16 8l-8 8' },
  download: { color: '#09bb07', path: 'M12 6.5v8M8.5 11.5l3.5 3.5 3.5-3.5M8 17.5h8' },
  search: {
    color: '#b2b2b2',
    path: 'M10.5 5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11M15 15l4.5 4.5',
    hollow: true,
  },
  clear: { color: '#b2b2b2', path: 'M8.5 8.5l7 7M15.5 8.5l-7 7' },
}

/** icon: WeChat's nine signs. */
export class Icon extends WxElement {
  protected override build() {
    shadow(this, '<style>:host{display:inline-block;line-height:0}</style><svg viewBox="0 0 24 24"></svg>')
  }

  protected override changed() {
    const svg = this.shadowRoot?.querySelector('svg') as SVGElement
    const icon = ICONS[this.text('type')]
    const color = this.text('color', icon?.color)
    const size = /^\d+$/.test(this.text('size', '23')) ? `${this.text('size', '23')}px` : this.text('size')
    svg.setAttribute('style', `width:${size};height:${size}`)
    const disc = icon?.hollow ? '' : `<circle cx="12" cy="12" r="10.5" fill="${color}"/>`
    const stroke = icon?.hollow ? color : '#fff'
    svg.innerHTML = icon
      ? `${disc}<path d="${icon.path}" fill="none" stroke="${stroke}" stroke-width="1.8"/>`
      : ''
  }
}
