import { standing } from '../../services/consent'
import { go } from '../../services/navigate'
import { pages } from '../../services/pages'
import { me } from '../../services/store'

/**
 * Says where one stands with the privacy text, and leads to it: a quiet line while an answer is asked for, a card in
 * place of the child's things while consent is taken back. Shows nothing else of the time.
 */
Component({
  data: { standing: 'settled', isFirst: false },

  lifetimes: {
    attached() {
      const show = () => this.setData({ standing: standing(), isFirst: me.get()?.consent?.isFirst === true })
      show()
      stops.set(this, me.watch(show))
    },
    detached() {
      stops.get(this)?.()
    },
  },

  methods: {
    onRead() {
      go(pages.privacy)
    },
  },
})

const stops = new WeakMap<object, () => void>()
