import { go, signInFirst } from '../../../services/navigate'

/** In place of a letter, or of what was written below it, that this reader does not get: a way in for a stranger, for others one to their own letters. */
Component({
  properties: {
    /** Nobody who belongs to a class is signed in: it waits behind the door. */
    isStranger: { type: Boolean, value: false },
    problem: { type: String, value: '' },
  },
  methods: {
    onStart() {
      signInFirst()
    },
    onOthers() {
      go('/pages/letters/letters')
    },
  },
})
