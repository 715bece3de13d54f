package io.httpconnector.internal.transport;

import io.httpconnector.tls.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.ssl.SSLContexts;
import org.jspecify.annotations.Nullable;

/** Opens TLS sessions with the settings of a connection. Uses new certificates when their files change. Thread-safe. */
final class TlsStrategy implements TlsSocketStrategy {

    private final TlsSettings settings;
    private @Nullable SSLContext context;
    private @Nullable TlsSocketStrategy strategy;

    /** Holds the instance shared by all connections with the default settings, because reading the JVM's trust store takes time. */
    private static final class Default {
        private static final TlsSocketStrategy STRATEGY = create(SSLContexts.createDefault(), TlsSettings.DEFAULT);
    }

    private TlsStrategy(TlsSettings settings) {
        this.settings = settings;
    }

    static TlsSocketStrategy of(TlsSettings settings) {
        return settings.equals(TlsSettings.DEFAULT) ? Default.STRATEGY : new TlsStrategy(settings);
    }

    @Override
    public SSLSocket upgrade(Socket socket, String host, int port, @Nullable Object attachment, HttpContext context)
            throws IOException {
        return current().upgrade(socket, host, port, attachment, context);
    }

    private synchronized TlsSocketStrategy current() throws IOException {
        SSLContext now = settings.context();
        TlsSocketStrategy current = strategy;
        if (current == null || now != context) {
            current = create(now, settings);
            context = now;
            strategy = current;
        }
        return current;
    }

    private static TlsSocketStrategy create(SSLContext now, TlsSettings settings) {
        return new DefaultClientTlsStrategy(
                now,
                settings.versions().isEmpty() ? null : settings.versions().toArray(String[]::new),
                null,
                SSLBufferMode.STATIC,
                settings.checksHostname() ? HostnameVerificationPolicy.BOTH : HostnameVerificationPolicy.CLIENT,
                settings.checksHostname() ? new SubjectNameVerifier(settings) : NoopHostnameVerifier.INSTANCE);
    }
}
