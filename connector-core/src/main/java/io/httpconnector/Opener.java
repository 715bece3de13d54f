package io.httpconnector;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Opens connections, and tells the attempt for which it does. */
final class Opener extends DefaultHttpClientConnectionOperator {

    private Opener(SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
        super(Opener::socket, ports, names, scheme -> URIScheme.HTTPS.same(scheme) ? tls : null);
    }

    /** One of a channel: unlike a plain one it breaks off when its thread is interrupted. */
    private static Socket socket(@Nullable Proxy proxy) throws IOException {
        return proxy == null ? SocketChannel.open().socket() : new Socket(proxy);
    }

    @Override
    protected void onBeforeSocketConnect(HttpContext context, HttpHost host) {
        if (context instanceof Attempt attempt) {
            attempt.opens();
        }
    }

    /** A pool whose connections are opened in this way. */
    static final class Pool extends PoolingHttpClientConnectionManagerBuilder {
        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
            return new Opener(ports, names, tls);
        }
    }
}
