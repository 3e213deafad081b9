/** The heading of a group of cards, with an optional way to more of it; fires `more`. */
Component({
  properties: {
    title: { type: String, value: '' },
    note: { type: String, value: '' },
    more: { type: String, value: '' },
  },
  methods: {
    onMore() {
      this.triggerEvent('more')
    },
  },
})
