package io.httpconnector.webhook;

import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.TimeSource;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Obtains public keys from certificates whose URL is given by the request. The URL must start with one of the origins of the
 * service: otherwise an attacker could name a certificate of their own. Each certificate is fetched once, and again when it is no
 * longer valid. Thread-safe.
 */
final class CertificateChecker {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateChecker.class);
    private static final int MAX_CERTIFICATES = 16;
    private static final int MAX_ATTEMPTS = 1000;
    private static final int LOCKS = 16;
    private static final int MAX_BURST = 5;
    private static final Duration REFILL = Duration.ofMillis(250);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** No dot segments, no empty segments, no percent-encoding, no query. */
    private static final Pattern PLAIN_PATH =
            Pattern.compile("(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}/){0,10}[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}");

    private final HttpConnection connection;
    private final List<String> origins;
    private final @Nullable X509TrustManager trust;
    private final TimeSource time;
    private final List<Object> locks = Stream.generate(Object::new).limit(LOCKS).toList();

    /** The latest certificates; those that are used stay. Guarded by itself. */
    private final Map<String, X509Certificate> known = recent(MAX_CERTIFICATES);

    /** The times of the latest fetches. Guards the permits, too. */
    private final Map<String, Long> attempts = recent(MAX_ATTEMPTS);

    private double permits = MAX_BURST;
    private long refilledAt;

    /**
     * Creates a checker that fetches over a connection.
     *
     * @param origins such as {@code https://api.example.com/}, each ending with a slash
     * @param trust validates the whole chain; null if TLS to the origin is sufficient
     */
    CertificateChecker(
            HttpConnection connection, List<String> origins, @Nullable X509TrustManager trust, TimeSource time) {
        this.connection = connection;
        this.origins = origins;
        this.trust = trust;
        this.time = time;
        this.refilledAt = time.nanos();
    }

    private static <V> Map<String, V> recent(int max) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > max;
            }
        };
    }

    /** Reports why a key is unavailable. Has no stack trace, because attackers can cause any number of them. */
    static final class NoKeyException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NoKeyException(String message) {
            super(message, null, false, false);
        }

        /** The message, never null. */
        String detail() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * Returns the public key of a certificate.
     *
     * @throws NoKeyException if the certificate cannot be fetched or is not trusted; the message names the check that failed
     */
    PublicKey at(String url) {
        if (!isOfService(url)) {
            throw new NoKeyException("the URL of its certificate is not a plain URL below "
                    + String.join(" or ", origins) + ": " + Texts.visible(url));
        }
        X509Certificate certificate = known(url);
        if (certificate == null) {
            // Concurrent requests with the same URL cause one fetch, and do not wait for fetches of others.
            synchronized (locks.get(Math.floorMod(url.hashCode(), LOCKS))) {
                certificate = known(url);
                if (certificate == null) {
                    certificate = fetched(url);
                }
            }
        }
        return certificate.getPublicKey();
    }

    /** The certificate that is known and valid. */
    private @Nullable X509Certificate known(String url) {
        Instant now = time.now();
        synchronized (known) {
            X509Certificate certificate = known.get(url);
            boolean isValid = certificate != null
                    && !now.isAfter(certificate.getNotAfter().toInstant())
                    && !now.isBefore(certificate.getNotBefore().toInstant());
            return isValid ? certificate : null;
        }
    }

    private X509Certificate fetched(String url) {
        requirePermission(url);
        try {
            X509Certificate certificate = fetch(url);
            certificate.checkValidity(Date.from(time.now()));
            synchronized (known) {
                known.put(url, certificate);
            }
            return certificate;
        } catch (GeneralSecurityException | ConnectorException e) {
            String why = reason(e);
            LOG.warn("The certificate at {} is unusable: {}", Texts.visible(url), why);
            LOG.debug("The certificate is unusable", e);
            throw new NoKeyException("its certificate is unusable: " + why);
        }
    }

    /**
     * Limits fetches, because an attacker can name any number of URLs: each URL is fetched once in a while, and few URLs at a
     * time. A genuine URL needs a single fetch.
     */
    private void requirePermission(String url) {
        long now = time.nanos();
        synchronized (attempts) {
            Long before = attempts.get(url);
            if (before != null && now - before < PAUSE.toNanos()) {
                throw new NoKeyException(
                        "the certificate is not fetched, because it was unusable less than a second ago");
            }
            permits = Math.min(MAX_BURST, permits + (now - refilledAt) / (double) REFILL.toNanos());
            refilledAt = now;
            if (permits < 1) {
                throw new NoKeyException("the certificate is not fetched, because too many others were requested");
            }
            permits--;
            attempts.put(url, now);
        }
    }

    private static String reason(Exception e) {
        String detail = Texts.visible(String.valueOf(e.getMessage()));
        if (e instanceof CertificateExpiredException) {
            return "it has expired (" + detail + ")";
        }
        if (e instanceof CertificateNotYetValidException) {
            return "it is not yet valid (" + detail + ")";
        }
        if (e instanceof ConnectorException) {
            return "it cannot be fetched (" + detail + ")";
        }
        return e instanceof Untrusted ? "its issuer is not trusted (" + detail + ")" : detail;
    }

    /** Thrown if the trust manager rejects the chain. */
    private static final class Untrusted extends GeneralSecurityException {

        private static final long serialVersionUID = 1L;

        Untrusted(CertificateException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Checks that the URL starts with an origin, and that the rest cannot be read as another URL by a client. */
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
        // The directory of the final URL, after redirects.
        if (origins.stream().noneMatch(response.resolve("").toString()::startsWith)) {
            throw new GeneralSecurityException("it was redirected to another origin");
        }
        byte[] pem = response.text().getBytes(StandardCharsets.US_ASCII);
        X509Certificate[] chain = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem))
                .toArray(X509Certificate[]::new);
        if (chain.length == 0) {
            throw new GeneralSecurityException("the response contains no certificate");
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
