package io.httpconnector.webhook;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys of certificates whose URL a request says: it must begin with one of the origins of the service, or strangers could name
 * certificates of their own. Each is fetched once, and again when it is not valid any more. Safe for many threads.
 */
final class CertificateKeys {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateKeys.class);
    private static final int MOST_CERTIFICATES = 16;

    private final HttpConnection connection;
    private final List<String> origins;
    private final @Nullable X509TrustManager trust;
    private final Clock clock;
    private final Map<String, X509Certificate> known = new LinkedHashMap<>();
    private Instant nextFetch = Instant.MIN;

    /**
     * Fetches over a connection.
     *
     * @param origins such as {@code https://api.example.com/}, each with a slash at its end
     * @param trust decides on the whole chain; null when it is enough that it comes from there by TLS
     */
    CertificateKeys(HttpConnection connection, List<String> origins, @Nullable X509TrustManager trust, Clock clock) {
        this.connection = connection;
        this.origins = origins;
        this.trust = trust;
        this.clock = clock;
    }

    /** The key of a certificate; null when it can't be had or trusted. */
    synchronized @Nullable PublicKey at(String url) {
        if (!isOfService(url)) {
            LOG.info("A certificate at {} is not that of the service", Texts.visible(url));
            return null;
        }
        X509Certificate certificate = known.get(url);
        if (certificate == null && clock.instant().isBefore(nextFetch)) {
            return null;
        }
        try {
            if (certificate == null
                    || clock.instant().isAfter(certificate.getNotAfter().toInstant())) {
                certificate = fetch(url);
                if (known.size() >= MOST_CERTIFICATES) {
                    known.clear();
                }
                known.put(url, certificate);
            }
            certificate.checkValidity(Date.from(clock.instant()));
            return certificate.getPublicKey();
        } catch (GeneralSecurityException | ConnectorException e) {
            LOG.warn("The certificate at {} can't be used", Texts.visible(url), e);
            // Strangers can name any number of others.
            nextFetch = clock.instant().plusSeconds(1);
            return null;
        }
    }

    private boolean isOfService(String url) {
        return origins.stream().anyMatch(url::startsWith);
    }

    private X509Certificate fetch(String url) throws GeneralSecurityException {
        Response response = connection.send(Request.get(url));
        if (!isOfService(response.resolve("").toString())) {
            throw new GeneralSecurityException("it was redirected elsewhere");
        }
        byte[] pem = response.text().getBytes(StandardCharsets.US_ASCII);
        X509Certificate[] chain = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem))
                .toArray(X509Certificate[]::new);
        if (chain.length == 0) {
            throw new GeneralSecurityException("there is no certificate");
        }
        if (trust != null) {
            trust.checkServerTrusted(chain, chain[0].getPublicKey().getAlgorithm());
        }
        return chain[0];
    }
}
