# The server. Nothing of the desktop is in it; TypeScript is run as it is.
FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /opt/aidline
COPY package.json package-lock.json ./
# The base image brings the Node that the server runs on, so what is only for development stays away.
RUN npm ci --omit=dev && npm cache clean --force
COPY LICENSE ./
COPY shared ./shared
COPY server ./server

# An ordinary user, who may write nothing of the program; volumes that are made on these folders are theirs.
RUN groupadd --system --gid 10170 aidline \
  && useradd --system --uid 10170 --gid aidline --no-create-home --shell /usr/sbin/nologin aidline \
  && install -d -o aidline -g aidline -m 0700 /srv/aidline/data /srv/aidline/checkpoints /etc/aidline/ring
USER aidline
VOLUME ["/srv/aidline/data", "/srv/aidline/checkpoints", "/etc/aidline/ring"]
EXPOSE 4170 4171

# PR1: no core is written, whatever the host says; the server asks for none either.
ENTRYPOINT ["/bin/sh", "-c", "ulimit -c 0 && exec node server/main.ts \"$@\"", "aidline"]
