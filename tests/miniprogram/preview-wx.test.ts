import { describe, expect, it } from 'vitest'
import { useSample } from '../support/preview.ts'

const { onPhone } = useSample()

describe('wx.*', () => {
  it('answers by callbacks when it is given some, by a promise otherwise', () =>
    onPhone(async ({ page }) => {
      const answers = await page.evaluate(`(async () => {
        const byPromise = await wx.setStorage({ key: 'a', data: [1, { b: 2 }] })
        const byCallback = await new Promise((done) => wx.getStorage({ key: 'a', success: done }))
        const refused = await new Promise((done) => wx.getStorage({ key: 'none', fail: done }))
        const thrown = await wx.getStorage({ key: 'none' }).catch((error) => error.errMsg)
        return { byPromise, byCallback, refused, thrown, sync: wx.getStorageSync('none') }
      })()`)
      expect(answers).toEqual({
        byPromise: { errMsg: 'setStorage:ok' },
        byCallback: { errMsg: 'getStorage:ok', data: [1, { b: 2 }] },
        refused: { errMsg: 'getStorage:fail data not found' },
        thrown: 'getStorage:fail data not found',
        sync: '',
      })
    }))

  it('sends requests as a phone does: success for every answer, fail for none', () =>
    onPhone(async ({ page }) => {
      const answers = await page.evaluate(`(async () => {
        const ask = (options) => new Promise((done) => wx.request({ ...options, success: done, fail: done }))
        const found = await ask({ url: location.origin + '/api/courses/1', data: { term: '2026 秋' } })
        const missing = await ask({ url: '/api/nothing' })
        const relative = await ask({ url: 'api/courses' })
        const stopped = await new Promise((done) => wx.request({ url: '/api/courses', fail: done }).abort())
        return { found: found.data.name, missing: missing.statusCode, relative: relative.errMsg, stopped: stopped.errMsg }
      })()`)
      expect(answers).toEqual({
        found: '亲子阅读',
        missing: 404,
        relative: 'request:fail invalid url',
        stopped: 'request:fail abort',
      })
    }))

  it('reads, writes and converts files', () =>
    onPhone(async ({ page }) => {
      const answers = await page.evaluate(`(async () => {
        const files = wx.getFileSystemManager()
        const filePath = wx.env.USER_DATA_PATH + '/note.txt'
        await files.writeFile({ filePath, data: wx.arrayBufferToBase64(new TextEncoder().encode('家长信').buffer), encoding: 'base64' })
        const text = await files.readFile({ filePath, encoding: 'utf8' })
        const base64 = await files.readFile({ filePath, encoding: 'base64' })
        const bytes = new TextDecoder().decode(wx.base64ToArrayBuffer(base64.data))
        await files.unlink({ filePath })
        const gone = await files.readFile({ filePath: '/nowhere.txt' }).catch((error) => error.errMsg)
        const picture = await wx.getImageInfo({ src: '/images/tab.png' })
        return { text: text.data, bytes, gone, width: picture.width }
      })()`)
      expect(answers).toEqual({
        text: '家长信',
        bytes: '家长信',
        gone: 'readFile:fail no such file or directory, open "/nowhere.txt"',
        width: 81,
      })
    }))

  it('measures the window without its bars', () =>
    onPhone(async ({ page, see }) => {
      await see('可预约（6）')
      const answers = await page.evaluate(`(async () => {
        const { windowWidth, windowHeight, screenHeight } = wx.getWindowInfo()
        const heading = await new Promise((done) =>
          wx.createSelectorQuery().select('.heading').boundingClientRect(done).exec())
        const cards = await new Promise((done) =>
          wx.createSelectorQuery().selectAll('.course').fields({ size: true, properties: ['course'] }).exec(([it]) => done(it)))
        const none = await new Promise((done) =>
          wx.createSelectorQuery().select('.nobody').boundingClientRect(done).exec())
        return { windowWidth, windowHeight, screenHeight, top: heading.top > 0 && heading.top < 200, none,
          cards: cards.length, course: cards[0].course.name }
      })()`)
      expect(answers).toMatchObject({ windowWidth: 390, windowHeight: 844 - 44 - 50, screenHeight: 844 })
      expect(answers).toMatchObject({ top: true, none: null, cards: 6, course: '亲子阅读' })
    }))

  it('sees what comes into view', () =>
    onPhone(async ({ page, see }) => {
      await see('可预约（6）')
      const ratio = await page.evaluate(`new Promise((done) => {
        const observer = wx.createIntersectionObserver(getCurrentPages()[0], { thresholds: [0, 1], observeAll: true })
        observer.relativeToViewport().observe('.heading', ({ intersectionRatio }) => done(intersectionRatio))
      })`)
      expect(ratio).toBe(1)
    }))

  it('keeps to the rules of the page stack', () =>
    onPhone(async ({ page, see }) => {
      await see('可预约（6）')
      const answers = await page.evaluate(`(async () => {
        const fail = (work) => work.catch((error) => error.errMsg)
        const paths = () => getCurrentPages().map((it) => it.route)
        await wx.navigateTo({ url: '/pages/detail/detail?id=1&name=%E7%A9%BA' })
        await wx.navigateTo({ url: '../detail/detail?id=2' })
        const deep = paths()
        const query = getCurrentPages()[1].options
        await wx.navigateBack({ delta: 5 })
        const back = paths()
        await wx.navigateTo({ url: '/pages/detail/detail?id=3' })
        await wx.redirectTo({ url: '/packages/tools/pages/media/media' })
        const redirected = paths()
        await wx.reLaunch({ url: '/pages/mine/mine' })
        return { deep, query, back, redirected, launched: paths() }
      })()`)
      expect(answers).toEqual({
        deep: ['pages/home/home', 'pages/detail/detail', 'pages/detail/detail'],
        query: { id: '1', name: '%E7%A9%BA' },
        back: ['pages/home/home'],
        redirected: ['pages/home/home', 'packages/tools/pages/media/media'],
        launched: ['pages/mine/mine'],
      })
    }))

  it('shows an action sheet and a red dot', () =>
    onPhone(async ({ page, see, tap }) => {
      await see('可预约（6）')
      const chosen = page.evaluate(
        `wx.showActionSheet({ itemList: ['拍照', '从相册选'] }).then((it) => it.tapIndex)`,
      )
      await tap('从相册选')
      expect(await chosen).toBe(1)
      await page.evaluate(`wx.showTabBarRedDot({ index: 0 })`)
      expect(await page.locator('.mp-tabs em.dot').count()).toBe(1)
      await page.evaluate(`wx.hideTabBarRedDot({ index: 0 })`)
      expect(await page.locator('.mp-tabs em.dot').count()).toBe(0)
    }))

  it('opens pictures and documents over the page, and saves a picture', () =>
    onPhone(async ({ page, see, tap }) => {
      await see('可预约（6）')
      await page.evaluate(`void wx.previewImage({ urls: ['/images/tab.png', '/images/tab-on.png'] })`)
      await page.getByAltText('第 1 张，共 2 张').waitFor()
      await tap(page.getByAltText('第 1 张，共 2 张'))
      await page.getByAltText('第 2 张，共 2 张').waitFor()
      await tap('关闭')
      const saved = page.waitForEvent('download')
      await page.evaluate(`void wx.downloadFile({ url: location.origin + '/preview/images/tab.png',
        success: ({ tempFilePath }) => wx.saveImageToPhotosAlbum({ filePath: tempFilePath }) })`)
      await tap('同意')
      expect((await saved).suggestedFilename()).toMatch(/\.png$/)
      await see('已保存到相册')
    }))
})

it('tells the app about its life', () =>
  onPhone(async ({ page, see }) => {
    await see('可预约（6）')
    const answers = await page.evaluate(`({
      launches: getApp().globalData.launches,
      ready: getCurrentPages()[0].selectAllComponents('.course').map((it) => it.data.readyCount),
      options: wx.getLaunchOptionsSync().path,
      canDo: [wx.canIUse('request'), wx.canIUse('startSoterAuthentication')],
    })`)
    expect(answers).toEqual({
      launches: 1,
      ready: [1, 1, 1, 1, 1, 1],
      options: 'pages/home/home',
      canDo: [true, false],
    })
    await page.evaluate(`wx.switchTab({ url: '/pages/mine/mine' })`)
    await page.evaluate(`wx.switchTab({ url: '/pages/home/home' })`)
    const shown = await page.evaluate(
      `getCurrentPages()[0].selectAllComponents('.course')[0].data.shownCount`,
    )
    expect(shown).toBe(1)
  }))
