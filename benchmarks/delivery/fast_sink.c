/* An SMTP sink that does next to nothing: one thread, epoll, memmem for the end of a message. It offers
 * PIPELINING and CHUNKING, keeps nothing, and prints how many messages it took when it is told to stop.
 *
 *     cc -O2 -o fast_sink fast_sink.c && ./fast_sink 2525 [LOG [PER_SECOND [ADDRESS]]]
 *
 * LOG: a file that gets a line for each message before it is answered: seconds of CLOCK_MONOTONIC, recipient; - for none.
 * PER_SECOND: so many messages are answered a second, at most, on each connection; 0 for all at once.
 * ADDRESS: of this computer; by default 127.0.0.1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { COMMAND, DATA, BDAT };
enum { CAPACITY = 1 << 18, MOST_PACED = 256 };

struct session {
    int fd, state, last;
    long left;                 /* octets of a BDAT chunk still to come */
    size_t used;
    char in[CAPACITY];
    size_t out_used;
    char out[8192];
    char recipient[256];
    double due;                /* when the last message may be answered; until then nothing more is read */
    int waiting;
};

static volatile sig_atomic_t stopped;
static long messages;
static int record = -1;
static double interval;
static struct session *paced[MOST_PACED];

static void stop(int number) { (void)number; stopped = 1; }

static void say(struct session *s, const char *text) {
    size_t length = strlen(text);
    if (s->out_used + length < sizeof s->out) {
        memcpy(s->out + s->out_used, text, length);
        s->out_used += length;
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void took(struct session *s) {
    messages++;
    if (record >= 0) {
        char line[300];
        int length = snprintf(line, sizeof line, "%.6f %s\n", now(), s->recipient);
        if (write(record, line, length) != length) perror("log"), _exit(1);
    }
    if (interval) {
        double at = now();
        s->due = s->due + interval > at ? s->due + interval : at;
        s->waiting = 1;
    }
    say(s, "250 ok\r\n");
}

static void command(struct session *s, char *line) {
    if (!strncasecmp(line, "EHLO", 4))
        say(s, "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n");
    else if (!strncasecmp(line, "DATA", 4)) {
        say(s, "354 go\r\n");
        s->state = DATA;
    } else if (!strncasecmp(line, "BDAT", 4)) {
        s->left = strtol(line + 4, NULL, 10);
        s->last = strcasestr(line, "LAST") != NULL;
        s->state = BDAT;
    } else if (!strncasecmp(line, "RCPT", 4)) {
        sscanf(line, "%*[^<]<%255[^>]", s->recipient);
        say(s, "250 ok\r\n");
    } else if (!strncasecmp(line, "QUIT", 4))
        say(s, "221 bye\r\n");
    else
        say(s, "250 ok\r\n");
}

static size_t consume(struct session *s, size_t at) {
    char *start = s->in + at, *end;
    size_t size = s->used - at;
    if (s->state == COMMAND) {
        if (!(end = memchr(start, '\n', size))) return 0;
        *end = 0;
        command(s, start);
        return end - start + 1;
    }
    if (s->state == BDAT) {
        size_t taken = size < (size_t)s->left ? size : (size_t)s->left;
        s->left -= taken;
        if (!s->left) {
            s->state = COMMAND;
            if (s->last) took(s);
            else say(s, "250 ok\r\n");
            return taken ? taken : (size_t)-1;
        }
        return taken;
    }
    if ((end = memmem(start, size, "\r\n.\r\n", 5))) {
        s->state = COMMAND;
        took(s);
        return end - start + 5;
    }
    return size > 4 ? size - 4 : 0; /* the last four octets may begin the end */
}

static int go_on(struct session *s) {
    size_t at = 0, taken;
    while (!s->waiting && at < s->used && (taken = consume(s, at))) {
        if (taken == (size_t)-1) continue;
        at += taken;
    }
    memmove(s->in, s->in + at, s->used - at);
    s->used -= at;
    if (s->waiting) return 1;
    if (s->out_used && write(s->fd, s->out, s->out_used) < 0) return 0;
    s->out_used = 0;
    return 1;
}

static int serve(struct session *s) {
    ssize_t got = s->used < CAPACITY ? read(s->fd, s->in + s->used, CAPACITY - s->used) : 1;
    if (got <= 0) return 0;
    if (s->used < CAPACITY) s->used += got;
    return go_on(s);
}

static void end(struct session *s) {
    for (int i = 0; i < MOST_PACED; i++)
        if (paced[i] == s) paced[i] = NULL;
    close(s->fd);
    free(s);
}

static void begin(struct session *s) {
    if (!interval) return;
    for (int i = 0; i < MOST_PACED; i++)
        if (!paced[i]) { paced[i] = s; return; }
    fprintf(stderr, "too many connections\n"), _exit(1);
}

/* Answers whoever may be answered; returns milliseconds until the next one may. */
static int answer_due(void) {
    double next = 1, at = now();
    for (int i = 0; i < MOST_PACED; i++) {
        struct session *s = paced[i];
        if (!s || !s->waiting) continue;
        if (s->due <= at) {
            s->waiting = 0;
            if ((s->out_used && write(s->fd, s->out, s->out_used) < 0)) { end(s); continue; }
            s->out_used = 0;
            if (!go_on(s)) { end(s); continue; }
        }
        if (s->waiting && s->due - at < next) next = s->due - at;
    }
    return next <= 0 ? 0 : (int)(next * 1000) + 1;
}

int main(int count, char **arguments) {
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(arguments[1]) : 2525)};
    address.sin_addr.s_addr = count > 4 ? inet_addr(arguments[4]) : htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 128)) return perror("bind"), 1;
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (count > 2 && strcmp(arguments[2], "-")
        && (record = open(arguments[2], O_WRONLY | O_CREAT | O_APPEND, 0644)) < 0) return perror(arguments[2]), 1;
    if (count > 3 && atof(arguments[3]) > 0) interval = 1 / atof(arguments[3]);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, ready[64];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    while (!stopped) {
        int number = epoll_wait(poll, ready, 64, interval ? answer_due() : 1000);
        for (int i = 0; i < number; i++) {
            struct session *s = ready[i].data.ptr;
            if (!s) {
                int fd = accept(listener, NULL, NULL);
                if (fd < 0) continue;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                s = calloc(1, sizeof *s);
                s->fd = fd;
                event.data.ptr = s;
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
                begin(s);
                if (write(fd, "220 sink ESMTP\r\n", 16) < 0) perror("write");
            } else if (!serve(s))
                end(s);
        }
    }
    printf("%ld\n", messages);
    return 0;
}
