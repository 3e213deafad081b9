import { screen } from '../screen.ts'
import { type Columns, dateColumns, listColumns, timeColumns } from './picker-columns.ts'
import { WxElement } from './element.ts'
import { createWheel, type Wheel } from './wheels.ts'

/** picker: a sheet with wheels for selector, multiSelector, date and time. */
export class Picker extends WxElement {
  #sheet: HTMLElement | undefined

  override activate() {
    if (!this.flag('disabled') && !this.#sheet) this.#open(this.#columns())
    return true
  }

  get formValue() {
    return this.props.value
  }

  reset() {
    this.setProp('value', this.text('mode', 'selector') === 'multiSelector' ? [] : '')
  }

  #columns(): Columns {
    const [value, start, end] = ['value', 'start', 'end'].map((name) => this.text(name)) as [
      string,
      string,
      string,
    ]
    switch (this.text('mode', 'selector')) {
      case 'selector':
        return listColumns([this.#lines(this.props.range)], [this.number('value')], ([index = 0]) => index)
      case 'multiSelector':
        return listColumns(
          ((this.props.range ?? []) as unknown[]).map((it) => this.#lines(it)),
          (this.props.value ?? []) as number[],
          (indexes) => indexes,
        )
      case 'date':
        return dateColumns({ value, start, end, fields: this.text('fields', 'day') })
      case 'time':
        return timeColumns({ value, start, end })
      default:
        throw new Error(`picker mode="${this.text('mode')}" is not in the preview`)
    }
  }

  #lines(range: unknown) {
    const key = this.text('rangeKey')
    return ((range ?? []) as unknown[]).map((it) => String(key ? (it as Record<string, unknown>)[key] : it))
  }

  /** The page may give a column new lines while its neighbour turns. */
  protected override changed(name: string) {
    if (name === 'range' && this.#sheet) this.#refill()
  }

  #wheels: Wheel[] = []

  #refill() {
    const { lines, indexes } = this.#columns()
    this.#wheels.forEach((wheel, column) => wheel.fill(lines[column] ?? [], indexes[column] ?? 0))
  }

  #open(columns: Columns) {
    const sheet = Object.assign(document.createElement('div'), { className: 'mp-mask' })
    sheet.innerHTML = `<div class="mp-picker" role="dialog"><header><button data-do="cancel">取消</button><b></b>
      <button data-do="confirm">确定</button></header><div class="mp-wheels"></div></div>`
    ;(sheet.querySelector('b') as HTMLElement).textContent = this.text('headerText')
    let indexes = columns.indexes
    this.#wheels = columns.lines.map((lines, column) =>
      createWheel(lines, indexes[column] ?? 0, (index) => {
        indexes = this.#wheels.map((it) => it.index())
        if (this.text('mode') === 'multiSelector') this.fire('columnchange', { column, value: index })
        const next = columns.turned?.(indexes)
        next?.lines.forEach((it, at) => this.#wheels[at]?.fill(it, next.indexes[at] ?? 0))
        if (next) indexes = next.indexes
      }),
    )
    sheet.querySelector('.mp-wheels')?.append(...this.#wheels.map((it) => it.element))
    sheet.addEventListener('click', ({ target }) => {
      const does = (target as HTMLElement).dataset.do ?? (target === sheet ? 'cancel' : '')
      if (does)
        this.#close(does === 'confirm' ? columns.value(this.#wheels.map((it) => it.index())) : undefined)
    })
    this.#sheet = sheet
    screen.append(sheet)
  }

  #close(value: unknown) {
    this.#sheet?.remove()
    this.#sheet = undefined
    if (value === undefined) return this.fire('cancel')
    this.report('value', value)
    this.fire('change', { value })
  }

  disconnectedCallback() {
    this.#sheet?.remove()
    this.#sheet = undefined
  }
}
