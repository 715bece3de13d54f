package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.http.HostPattern;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.ProxyRoute;
import java.util.ArrayList;
import java.util.List;

/**
 * A proxy for a connection, such as the only way out of a restricted network, or the entrance to a private network.
 *
 * <pre>{@code
 * .proxy(Proxy.http("proxy.internal", 3128).credentials("connector", Secret.fromEnv("PROXY_PASSWORD")).bypass("*.internal"))
 * .proxy(Proxy.socks5("bastion.internal", 1080))
 * }</pre>
 *
 * <p>Immutable. The proxy sees only the host and port of an https service, but the whole exchange with an http service.
 */
public final class Proxy {

    private final ProxyRoute route;

    private Proxy(ProxyRoute route) {
        this.route = route;
    }

    /**
     * Creates an HTTP proxy. The connection to the proxy does not use TLS. The proxy tunnels https with CONNECT (RFC 9110,
     * section 9.3.6), and forwards http requests.
     *
     * @param host the host name or address of the proxy, without a scheme
     * @param port the port of the proxy, 1 to 65535
     * @return the proxy
     * @throws InvalidDefinitionException when the host or port is invalid
     */
    public static Proxy http(String host, int port) {
        return new Proxy(new ProxyRoute(false, checked(host, port), port, null, null, List.of()));
    }

    /**
     * Creates a SOCKS 5 proxy (RFC 1928), such as {@code ssh -D}. The proxy resolves the host name of the service itself, so
     * that names of its private network can be used. The content of https exchanges stays encrypted.
     *
     * @param host the host name or address of the proxy
     * @param port the port of the proxy, 1 to 65535
     * @return the proxy
     * @throws InvalidDefinitionException when the host or port is invalid
     */
    public static Proxy socks5(String host, int port) {
        return new Proxy(new ProxyRoute(true, checked(host, port), port, null, null, List.of()));
    }

    private static String checked(String host, int port) {
        Url url = Url.parseAbsolute("http://" + notNull(host, "proxy host") + ":" + port);
        if (!url.path().isEmpty() || url.query() != null) {
            throw new InvalidDefinitionException("proxy", "\"" + LogSafe.visible(host) + "\" is not a host name");
        }
        return url.origin().host();
    }

    /**
     * Returns this proxy with a user name and a password. They are sent to the proxy at once, with the Basic scheme (RFC 7617),
     * or when it requests them with the method of RFC 1929 for SOCKS 5.
     *
     * @param user the user name
     * @param password the password; a secret of {@link Secret#from} is looked up each time it is sent
     * @return a new proxy
     * @throws InvalidDefinitionException when the user name of an HTTP proxy contains a colon, which ends it (RFC 7617)
     */
    public Proxy credentials(String user, Secret password) {
        if (!route.isSocks() && notNull(user, "proxy user").contains(":")) {
            throw new InvalidDefinitionException(
                    "proxy",
                    "the user name contains a colon, at which the password would start: use another user name");
        }
        return new Proxy(new ProxyRoute(
                route.isSocks(),
                route.host(),
                route.port(),
                notNull(user, "proxy user"),
                notNull(password, "proxy password"),
                route.bypassed()));
    }

    /**
     * Returns this proxy with hosts that bypass it: connections to them are opened directly.
     *
     * @param hosts a name, all subdomains of a name ({@code *.example.com}), or an address or network, which applies to URLs
     *     that contain an address instead of a name
     * @return a new proxy
     * @throws InvalidDefinitionException when a pattern is not a valid host
     */
    public Proxy bypass(String... hosts) {
        List<HostPattern> all = new ArrayList<>(route.bypassed());
        for (String one : hosts) {
            all.add(HostPattern.of("proxy exception", one));
        }
        return new Proxy(new ProxyRoute(
                route.isSocks(), route.host(), route.port(), route.user(), route.password(), List.copyOf(all)));
    }

    ProxyRoute route() {
        return route;
    }

    /**
     * Describes the proxy, without its credentials.
     *
     * @return the host and port
     */
    @Override
    public String toString() {
        return route.toString();
    }
}
