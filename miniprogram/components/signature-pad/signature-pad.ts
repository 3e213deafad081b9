import { drawStroke, frameOf, isTooLittle, turned, upright, type Pen, type Point, type Stroke } from './ink'

/** What `done` carries. */
export interface Signature {
  /** Each line of the pen as x, y, x, y …: what `signMyLetter` takes. */
  strokes: number[][]
  /** Size of the pad the strokes were written on, as its writer sees it. */
  width: number
  height: number
  /** The writing alone on white, `data:image/png;base64,…`, at most 640 px wide. */
  png: string
}

interface Paper {
  node: WechatMiniprogram.Canvas
  pen: Pen & { scale(x: number, y: number): void; fillRect(x: number, y: number, w: number, h: number): void }
  left: number
  top: number
  width: number
  height: number
}

const PEN_WIDTH = 4

/**
 * A full-screen pad for a name written with the finger. The phone is turned on its side; the page itself stays
 * upright, so no orientation change can throw the writing away. Fires `done` with a `Signature`, or `cancel`.
 */
Component({
  properties: {
    visible: { type: Boolean, value: false },
    /** Who signs, shown above the line: 张三妈妈. */
    signer: { type: String, value: '' },
    busy: { type: Boolean, value: false },
  },
  data: { strokeCount: 0, problem: '' },

  observers: {
    visible(visible: boolean) {
      if (!visible) return papers.delete(this)
      written.set(this, [])
      this.setData({ strokeCount: 0, problem: '' })
      // The canvas exists only once this change has been drawn.
      wx.nextTick(() => void layPaper(this))
    },
  },

  methods: {
    onDown(event: WechatMiniprogram.TouchEvent) {
      const paper = papers.get(this)
      const point = paper && pointOf(event, paper)
      if (!point || this.data.busy) return
      strokesOf(this).push([point])
      if (this.data.problem) this.setData({ problem: '' })
    },

    onMove(event: WechatMiniprogram.TouchEvent) {
      const paper = papers.get(this)
      const point = paper && pointOf(event, paper)
      const stroke = strokesOf(this).slice(-1)[0]
      if (!paper || !point || !stroke || this.data.busy) return
      const before = stroke.slice(-2)
      stroke.push(point)
      drawStroke(
        paper.pen,
        [...before, point].map((it) => upright(it, paper.width)),
        PEN_WIDTH,
      )
    },

    onUp() {
      redraw(this)
      this.setData({ strokeCount: strokesOf(this).length })
    },

    onUndo() {
      if (this.data.busy) return
      strokesOf(this).pop()
      redraw(this)
      this.setData({ strokeCount: strokesOf(this).length })
    },

    onClear() {
      if (this.data.busy) return
      written.set(this, [])
      redraw(this)
      this.setData({ strokeCount: 0 })
    },

    onCancel() {
      if (!this.data.busy) this.triggerEvent('cancel')
    },

    onDone() {
      const paper = papers.get(this)
      const strokes = strokesOf(this)
      if (!paper || this.data.busy) return
      // The pad lies on its side: its height is the screen's width.
      if (isTooLittle(strokes, paper.width)) return this.setData({ problem: '请写上您的姓名' })
      const signature: Signature = {
        strokes: strokes.map((stroke) => stroke.flatMap(({ x, y }) => [x, y])),
        width: Math.round(paper.height),
        height: Math.round(paper.width),
        png: pictureOf(paper, strokes),
      }
      redraw(this)
      this.triggerEvent('done', signature)
    },
  },
})

// Not in `data`: hundreds of points a second would cross to the view for nothing.
const papers = new WeakMap<object, Paper>()
const written = new WeakMap<object, Stroke[]>()
const strokesOf = (pad: object) => written.get(pad) ?? []

type Pad = WechatMiniprogram.Component.TrivialInstance

async function layPaper(pad: Pad) {
  const found = await new Promise<
    [Paper['node'] | undefined, WechatMiniprogram.BoundingClientRectCallbackResult | undefined]
  >((resolve) =>
    pad
      .createSelectorQuery()
      .select('#ink')
      .fields({ node: true, rect: true, size: true }, (it) => {
        const { node } = (it ?? {}) as { node?: Paper['node'] }
        resolve([node, it as WechatMiniprogram.BoundingClientRectCallbackResult])
      })
      .exec(),
  )
  const [node, rect] = found
  if (!node || !rect) return
  const pen = node.getContext('2d') as Paper['pen']
  const paper = { node, pen, left: rect.left, top: rect.top, width: rect.width, height: rect.height }
  papers.set(pad, paper)
  resize(paper, paper.width, paper.height, wx.getWindowInfo().pixelRatio)
}

function redraw(pad: object) {
  const paper = papers.get(pad)
  if (!paper) return
  resize(paper, paper.width, paper.height, wx.getWindowInfo().pixelRatio)
  for (const stroke of strokesOf(pad)) {
    drawStroke(
      paper.pen,
      stroke.map((it) => upright(it, paper.width)),
      PEN_WIDTH,
    )
  }
}

/** Also wipes it: that is what setting a canvas's size does. */
function resize({ node, pen }: Paper, width: number, height: number, ratio: number) {
  node.width = width * ratio
  node.height = height * ratio
  pen.scale(ratio, ratio)
}

function pictureOf(paper: Paper, strokes: Stroke[]) {
  const frame = frameOf(strokes)
  resize(paper, frame.width, frame.height, 1)
  paper.pen.fillStyle = '#ffffff'
  paper.pen.fillRect(0, 0, frame.width, frame.height)
  for (const stroke of strokes) drawStroke(paper.pen, stroke.map(frame.place), PEN_WIDTH * frame.scale)
  return paper.node.toDataURL('image/png', 1)
}

function pointOf(event: WechatMiniprogram.TouchEvent, paper: Paper): Point | null {
  const touch = event.touches[0]
  if (!touch) return null
  const { x, y } = turned({ x: touch.clientX - paper.left, y: touch.clientY - paper.top }, paper.width)
  return { x: Math.round(x), y: Math.round(y) }
}
