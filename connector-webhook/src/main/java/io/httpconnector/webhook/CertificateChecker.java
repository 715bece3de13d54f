package io.httpconnector.webhook;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys of certificates whose URL a request says: it must begin with one of the origins of the service, or strangers could name
 * certificates of their own. Each is fetched once, and again when it is not valid any more. Safe for many threads.
 */
final class CertificateChecker {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateChecker.class);
    private static final int MAX_CERTIFICATES = 16;

    /** No dot segments, no empty ones, nothing encoded, no query. */
    private static final Pattern PLAIN_PATH =
            Pattern.compile("(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}/){0,10}[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}");

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
    CertificateChecker(HttpConnection connection, List<String> origins, @Nullable X509TrustManager trust, Clock clock) {
        this.connection = connection;
        this.origins = origins;
        this.trust = trust;
        this.clock = clock;
    }

    /** Says why a key can't be had. Without a stack trace, as strangers can cause any number of them. */
    static final class NoKeyException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NoKeyException(String message) {
            super(message, null, false, false);
        }

        /** The message again, as one can't be null. */
        String detail() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * The key of a certificate.
     *
     * @throws NoKeyException when the certificate can't be had or trusted: says which check failed
     */
    synchronized PublicKey at(String url) {
        if (!isOfService(url)) {
            throw new NoKeyException("its certificate is not at a plain URL below " + String.join(" or ", origins)
                    + ": " + Texts.visible(url));
        }
        X509Certificate certificate = known.get(url);
        if (certificate == null && clock.instant().isBefore(nextFetch)) {
            throw new NoKeyException(
                    "another certificate could not be used less than a second ago, so this one is not fetched");
        }
        try {
            if (certificate == null
                    || clock.instant().isAfter(certificate.getNotAfter().toInstant())) {
                certificate = fetch(url);
                if (known.size() >= MAX_CERTIFICATES) {
                    known.clear();
                }
                known.put(url, certificate);
            }
            certificate.checkValidity(Date.from(clock.instant()));
            return certificate.getPublicKey();
        } catch (GeneralSecurityException | ConnectorException e) {
            String why = reason(e);
            LOG.warn("The certificate at {} can't be used: {}", Texts.visible(url), why);
            LOG.debug("The certificate can't be used", e);
            // Strangers can name any number of others.
            nextFetch = clock.instant().plusSeconds(1);
            throw new NoKeyException("its certificate can't be used: " + why);
        }
    }

    private static String reason(Exception e) {
        String detail = Texts.visible(String.valueOf(e.getMessage()));
        if (e instanceof CertificateExpiredException) {
            return "it has expired (" + detail + ")";
        }
        if (e instanceof CertificateNotYetValidException) {
            return "it is not valid yet (" + detail + ")";
        }
        if (e instanceof ConnectorException) {
            return "it can't be fetched (" + detail + ")";
        }
        return e instanceof Untrusted ? "its issuer is not trusted (" + detail + ")" : detail;
    }

    /** A chain that the trust manager has refused. */
    private static final class Untrusted extends GeneralSecurityException {

        private static final long serialVersionUID = 1L;

        Untrusted(CertificateException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Whether it begins with an origin, and goes on with nothing that a client could read as another URL. */
    private boolean isOfService(String url) {
        return origins.stream()
                .anyMatch(origin -> url.startsWith(origin)
                        && PLAIN_PATH
                                .matcher(url)
                                .region(origin.length(), url.length())
                                .matches());
    }

    private X509Certificate fetch(String url) throws GeneralSecurityException {
        Response response = connection.send(Request.get(url));
        // The folder of the URL from which it came in the end.
        if (origins.stream().noneMatch(response.resolve("").toString()::startsWith)) {
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
            try {
                trust.checkServerTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            } catch (CertificateException e) {
                throw new Untrusted(e);
            }
        }
        return chain[0];
    }
}
