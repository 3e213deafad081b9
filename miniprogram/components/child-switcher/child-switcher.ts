import type { MyChild } from '../../contract'
import { chooseChild, currentChild, me } from '../../services/store'

/**
 * Stands at the top of every page that concerns a child. Several children: one tap changes whom the page is about,
 * here and on all other pages; fires `change` with `{ studentId }`. One child: its name and class, nothing to tap.
 */
Component({
  data: { children: [] as MyChild[], current: null as MyChild | null },

  lifetimes: {
    attached() {
      const show = () => this.setData({ children: me.get()?.children ?? [], current: currentChild() })
      show()
      stops.set(this, me.watch(show))
    },
    detached() {
      stops.get(this)?.()
    },
  },
  pageLifetimes: {
    // The child may have been changed on another tab.
    show() {
      this.setData({ current: currentChild() })
    },
  },

  methods: {
    onChoose(event: WechatMiniprogram.BaseEvent) {
      const { id } = event.currentTarget.dataset as { id: string }
      if (id === this.data.current?.studentId) return
      chooseChild(id)
      this.setData({ current: currentChild() })
      this.triggerEvent('change', { studentId: id })
    },
  },
})

const stops = new WeakMap<object, () => void>()
