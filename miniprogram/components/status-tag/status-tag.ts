/** One word about how a thing stands. Tone carries meaning, never decoration; the word alone must be enough. */
Component({
  properties: {
    text: { type: String, value: '' },
    /** good | todo | bad | calm */
    tone: { type: String, value: 'calm' },
  },
})
