import { ring } from './ring'

/** How far, as a ring with the percentage inside; a full ring carries a tick. */
Component({
  properties: {
    percent: { type: Number, value: 0 },
    /** Diameter in px. */
    size: { type: Number, value: 72 },
  },
  data: { picture: '', shown: 0 },
  observers: {
    percent(percent: number) {
      const shown = Math.round(Math.min(100, Math.max(0, percent)))
      this.setData({ shown, picture: ring(shown) })
    },
  },
  lifetimes: {
    attached() {
      this.setData({ picture: ring(this.data.shown) })
    },
  },
})
