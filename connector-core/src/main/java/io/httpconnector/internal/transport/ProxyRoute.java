package io.httpconnector.internal.transport;

import io.httpconnector.Secret;
import io.httpconnector.internal.http.HostPattern;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The route through a proxy. Connections share sockets only if they use the same route object. Immutable. */
public final class ProxyRoute {

    private final boolean socks;
    private final String host;
    private final int port;
    private final @Nullable String user;
    private final @Nullable Secret password;
    private final List<HostPattern> bypassed;

    public ProxyRoute(
            boolean socks,
            String host,
            int port,
            @Nullable String user,
            @Nullable Secret password,
            List<HostPattern> bypassed) {
        this.socks = socks;
        this.host = host;
        this.port = port;
        this.user = user;
        this.password = password;
        this.bypassed = bypassed;
    }

    public boolean isSocks() {
        return socks;
    }

    /** Returns whether connections to this host bypass the proxy. */
    public boolean bypasses(String target) {
        InetAddress address = HostPattern.literal(target);
        return bypassed.stream()
                .anyMatch(one -> one.matchesName(target) || (address != null && one.matchesAddress(address)));
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    public @Nullable String user() {
        return user;
    }

    public @Nullable Secret password() {
        return password;
    }

    public List<HostPattern> bypassed() {
        return bypassed;
    }

    /** Returns the host and port. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
