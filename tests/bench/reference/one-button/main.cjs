// The reference of `cold-start`: a window of the same Electron with React and one button, and nothing else.
const { join } = require('node:path');
const { app, BrowserWindow } = require('electron');

app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1920, height: 1080 });
  window.loadFile(join(__dirname, 'page', 'index.html'));
});
app.on('window-all-closed', () => app.quit());
