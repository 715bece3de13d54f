package io.httpconnector;

import static io.httpconnector.InvalidDefinitionException.notNull;

import org.jspecify.annotations.Nullable;

/**
 * A proxy that a connection goes through: to leave a network that permits nothing else, or to enter a private one.
 *
 * <pre>{@code
 * .proxy(Proxy.http("proxy.internal", 3128).credentials("connector", Secret.fromEnv("PROXY_PASSWORD")))
 * }</pre>
 *
 * <p>Immutable. The proxy sees host and port of an https service, and all of the exchange with an http one.
 */
public final class Proxy {

    private final String host;
    private final int port;
    private final @Nullable String user;
    private final @Nullable Secret password;

    private Proxy(String host, int port, @Nullable String user, @Nullable Secret password) {
        this.host = host;
        this.port = port;
        this.user = user;
        this.password = password;
    }

    /**
     * An HTTP proxy, which is spoken to without TLS: it tunnels https by CONNECT (RFC 9110, section 9.3.6), and forwards http.
     *
     * @param host its host name or address, without a scheme
     * @param port its port, 1 to 65535
     * @return the proxy
     * @throws InvalidDefinitionException when host or port can't be right
     */
    public static Proxy http(String host, int port) {
        Url url = Url.parseAbsolute("http://" + notNull(host, "proxy host") + ":" + port);
        if (!url.path().isEmpty() || url.query() != null) {
            throw new InvalidDefinitionException("proxy", "\"" + Ascii.visible(host) + "\" is not a host name");
        }
        return new Proxy(url.origin().getHostName(), port, null, null);
    }

    /**
     * This proxy with a user name and a password, sent when the proxy asks for them: the Basic scheme, RFC 7617.
     *
     * @param user the user name
     * @param password the password; one by {@link Secret#from} is looked up each time that the proxy asks
     * @return a new proxy
     */
    public Proxy credentials(String user, Secret password) {
        return new Proxy(host, port, notNull(user, "proxy user"), notNull(password, "proxy password"));
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    @Nullable String user() {
        return user;
    }

    @Nullable Secret password() {
        return password;
    }

    /**
     * Says where it is, and nothing of the credentials.
     *
     * @return host and port
     */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
