/** The server of the reference of `resume`: Socket.IO, websocket only; whoever connects is sent what waits, a message each. */
const { createServer } = require('node:http');
const { Server } = require('socket.io');

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false, cors: { origin: '*' } });
let waiting = [];
io.on('connection', (socket) => {
  for (const text of waiting.splice(0)) socket.emit('text', text);
});
process.on('message', ({ queue }) => {
  waiting = Array.from({ length: queue }, (_, n) => `${Date.now()} message ${n} ${'x'.repeat(300)}`);
  process.send({ queued: queue });
});
process.on('disconnect', () => process.exit(0));
http.listen(0, '127.0.0.1', () => process.send({ port: http.address().port }));
