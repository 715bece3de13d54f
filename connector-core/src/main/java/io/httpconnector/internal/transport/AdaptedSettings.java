package io.httpconnector.internal.transport;

import io.httpconnector.Secret;
import io.httpconnector.transport.TransportSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The settings of a connection for its transport. */
record AdaptedSettings(String connection, RouteKey route, Duration connectTimeout, Duration responseTimeout)
        implements TransportSettings {

    @Override
    public SSLContext sslContext() throws IOException {
        return route.tls().context(trust -> new NameCheckingTrustManager(trust, route.tls()));
    }

    @Override
    public List<String> tlsVersions() {
        return route.tls().versions();
    }

    @Override
    public Optional<HttpProxy> proxy() {
        return Optional.ofNullable(route.proxy()).map(Route::new);
    }

    @Override
    public Object sharingKey() {
        return route;
    }

    /** Describes the settings, without secrets. */
    @Override
    public String toString() {
        return "settings of connection \"" + connection + "\"";
    }

    private record Route(ProxyRoute proxy) implements HttpProxy {

        @Override
        public String host() {
            return proxy.host();
        }

        @Override
        public int port() {
            return proxy.port();
        }

        @Override
        public boolean bypasses(String host) {
            return proxy.bypasses(host);
        }

        @Override
        public boolean hasCredentials() {
            return proxy.user() != null;
        }

        @Override
        public Optional<String> authorization() {
            String user = proxy.user();
            @Nullable Secret password = proxy.password();
            if (user == null || password == null) {
                return Optional.empty();
            }
            byte[] credentials = (user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
            return Optional.of("Basic " + Base64.getEncoder().encodeToString(credentials));
        }

        @Override
        public String toString() {
            return proxy.toString();
        }
    }
}
