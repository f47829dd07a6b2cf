// The reference of `screen-pop`: a window that shows the text of a Socket.IO event. The server's address comes as --server.
const { join } = require('node:path');
const { app, BrowserWindow } = require('electron');

const server = process.argv.map((word) => /^--server=(.*)$/.exec(word)?.[1]).find(Boolean) ?? '';

app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1920, height: 1080, webPreferences: { backgroundThrottling: false } });
  window.loadFile(join(__dirname, 'index.html'), { query: { server } });
});
app.on('window-all-closed', () => app.quit());
