// getpwnam and getaddrinfo of numbers: name services, in part libraries that libc opens.
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void) {
    struct passwd *entry = getpwnam("root");
    printf("%s %d %s\n", entry ? entry->pw_name : "none", entry ? (int)entry->pw_uid : -1, entry ? entry->pw_dir : "");
    struct group *group = getgrgid(0);
    printf("%s\n", group ? group->gr_name : "none");
    printf("%d\n", getpwnam("nobody_of_this_name") == NULL);
    struct addrinfo *list = NULL;
    printf("%d\n", getaddrinfo("127.0.0.1", "80", NULL, &list));
    printf("%d\n", list && list->ai_family == AF_INET);
    printf("%d\n", getservbyname("http", "tcp") != NULL || 1);
}
