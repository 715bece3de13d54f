package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import io.httpconnector.internal.http.HostPattern;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.ProxyRoute;
import java.util.ArrayList;
import java.util.List;

/**
 * A proxy that a connection goes through: to leave a network that permits nothing else, or to enter a private one.
 *
 * <pre>{@code
 * .proxy(Proxy.http("proxy.internal", 3128).credentials("connector", Secret.fromEnv("PROXY_PASSWORD")).bypass("*.internal"))
 * .proxy(Proxy.socks5("bastion.internal", 1080))
 * }</pre>
 *
 * <p>Immutable. The proxy sees host and port of an https service, and all of the exchange with an http one.
 */
public final class Proxy {

    private final ProxyRoute route;

    private Proxy(ProxyRoute route) {
        this.route = route;
    }

    /**
     * Creates an HTTP proxy, which is spoken to without TLS: it tunnels https by CONNECT (RFC 9110, section 9.3.6), and forwards http.
     *
     * @param host its host name or address, without a scheme
     * @param port its port, 1 to 65535
     * @return the proxy
     * @throws InvalidDefinitionException when host or port can't be right
     */
    public static Proxy http(String host, int port) {
        return new Proxy(new ProxyRoute(false, checked(host, port), port, null, null, List.of()));
    }

    /**
     * Creates a proxy of SOCKS 5 (RFC 1928), such as {@code ssh -D}: it is asked for a connection to the service by the service's
     * name, which it resolves itself, so that names of its private network can be used. What is https stays encrypted.
     *
     * @param host its host name or address
     * @param port its port, 1 to 65535
     * @return the proxy
     * @throws InvalidDefinitionException when host or port can't be right
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
     * Returns this proxy with a user name and a password, sent when the proxy asks for them: by the Basic scheme (RFC 7617), or as
     * RFC 1929 says for SOCKS 5.
     *
     * @param user the user name
     * @param password the password; one by {@link Secret#from} is looked up each time that the proxy asks
     * @return a new proxy
     */
    public Proxy credentials(String user, Secret password) {
        return new Proxy(new ProxyRoute(
                route.isSocks(),
                route.host(),
                route.port(),
                notNull(user, "proxy user"),
                notNull(password, "proxy password"),
                route.bypassed()));
    }

    /**
     * Returns this proxy for all hosts but these, which are connected to directly.
     *
     * @param hosts a name, all names below one ({@code *.example.com}), or an address or network for URLs that have an address
     *     instead of a name
     * @return a new proxy
     * @throws InvalidDefinitionException when one is no host
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
     * Says where it is, and nothing of the credentials.
     *
     * @return host and port
     */
    @Override
    public String toString() {
        return route.toString();
    }
}
