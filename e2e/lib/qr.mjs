/** What a camera would read from an element: its picture, decoded by a library that has nothing to do with the one that drew it. */
import decodeQR from 'qr/decode.js';

export async function readQr(browser, element) {
  const png = (await element.screenshot()).toString('base64');
  // A page of its own: that of the console loads nothing from a text.
  const page = await browser.newPage();
  try {
    const { width, height, data } = await page.evaluate(async (text) => {
      const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
      const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
      canvas.drawImage(picture, 0, 0);
      const { data: bytes } = canvas.getImageData(0, 0, picture.width, picture.height);
      return { width: picture.width, height: picture.height, data: [...bytes] };
    }, png);
    return decodeQR({ width, height, data: Uint8Array.from(data) });
  } finally {
    await page.close();
  }
}
