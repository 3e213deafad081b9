/**
 * What stands in place of content that is not there: a skeleton while loading, one sentence and a drawing when there
 * is nothing, 重试 when it failed. Its slot shows only when `state` is ready and `empty` is false.
 */
Component({
  properties: {
    /** loading | ready | failed */
    state: { type: String, value: 'loading' },
    problem: { type: String, value: '' },
    empty: { type: Boolean, value: false },
    /** Drawing of the empty state: letter, course, call, class, done. */
    drawing: { type: String, value: 'done' },
    /** The one sentence of the empty state. */
    text: { type: String, value: '' },
    /** A second, quieter sentence: what will happen, or what to do. */
    hint: { type: String, value: '' },
    /** What the empty state offers; without it there is no button. Fires `act`. */
    action: { type: String, value: '' },
    /** Cards in the skeleton. */
    rows: { type: Number, value: 3 },
  },
  data: { bones: [0, 1, 2] },
  observers: {
    rows(rows: number) {
      this.setData({ bones: Array.from({ length: rows }, (_, at) => at) })
    },
  },
  methods: {
    onRetry() {
      this.triggerEvent('retry')
    },
    onAct() {
      this.triggerEvent('act')
    },
  },
})
