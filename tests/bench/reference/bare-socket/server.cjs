/** The server of the reference: Socket.IO, websocket only, no compression: sends a text when told to, and says when it did. */
const { createServer } = require('node:http');
const { Server } = require('socket.io');

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false, cors: { origin: '*' } });

/** This process's fine clock on the machine's own: the wall clock is read at the moment when it turns. */
function wallOffset() {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now - performance.now();
}

let offset = Math.max(...Array.from({ length: 5 }, wallOffset));

process.on('message', (order) => {
  if (order.setClock) offset = Math.max(...Array.from({ length: 5 }, wallOffset));
  if (order.send === undefined) return;
  const at = performance.now() + offset;
  io.emit('text', order.send);
  process.send({ key: order.send, at });
});
process.on('disconnect', () => process.exit(0));
http.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${http.address().port}` }));
