/** The centre of the reference: PouchDB behind its own HTTP server, on disk. Tells its parent where. */
import express from 'express';
import expressPouchDB from 'express-pouchdb';
import PouchDB from 'pouchdb';

const Stored = PouchDB.defaults({ prefix: `${process.argv[2]}/` });
const app = express();
app.use('/', expressPouchDB(Stored, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: `${process.argv[2]}/server.log` }));
const listening = app.listen(0, '127.0.0.1', () => process.send({ port: listening.address().port }));
process.on('disconnect', () => process.exit(0));
