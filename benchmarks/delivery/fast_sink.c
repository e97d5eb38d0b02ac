/* An SMTP sink that does next to nothing: one thread, epoll, memmem for the end of a message. It offers
 * PIPELINING and CHUNKING, keeps nothing, and prints how many messages it took when it is told to stop.
 *
 *     cc -O2 -o fast_sink fast_sink.c && ./fast_sink 2525
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
#include <unistd.h>

enum { COMMAND, DATA, BDAT };
enum { CAPACITY = 1 << 18 };

struct session {
    int fd, state, last;
    long left;                 /* octets of a BDAT chunk still to come */
    size_t used;
    char in[CAPACITY];
    size_t out_used;
    char out[8192];
};

static volatile sig_atomic_t stopped;
static long messages;

static void stop(int number) { (void)number; stopped = 1; }

static void say(struct session *s, const char *text) {
    size_t length = strlen(text);
    if (s->out_used + length < sizeof s->out) {
        memcpy(s->out + s->out_used, text, length);
        s->out_used += length;
    }
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
            messages += s->last;
            say(s, "250 ok\r\n");
            return taken ? taken : (size_t)-1;
        }
        return taken;
    }
    if ((end = memmem(start, size, "\r\n.\r\n", 5))) {
        s->state = COMMAND;
        messages++;
        say(s, "250 ok\r\n");
        return end - start + 5;
    }
    return size > 4 ? size - 4 : 0; /* the last four octets may begin the end */
}

static int serve(struct session *s) {
    ssize_t got = read(s->fd, s->in + s->used, CAPACITY - s->used);
    if (got <= 0) return 0;
    s->used += got;
    size_t at = 0, taken;
    while (at < s->used && (taken = consume(s, at))) {
        if (taken == (size_t)-1) continue;
        at += taken;
    }
    memmove(s->in, s->in + at, s->used - at);
    s->used -= at;
    if (s->out_used && write(s->fd, s->out, s->out_used) < 0) return 0;
    s->out_used = 0;
    return 1;
}

int main(int count, char **arguments) {
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(arguments[1]) : 2525)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 128)) return perror("bind"), 1;
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, ready[64];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    while (!stopped) {
        int number = epoll_wait(poll, ready, 64, 1000);
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
                if (write(fd, "220 sink ESMTP\r\n", 16) < 0) perror("write");
            } else if (!serve(s)) {
                close(s->fd);
                free(s);
            }
        }
    }
    printf("%ld\n", messages);
    return 0;
}
