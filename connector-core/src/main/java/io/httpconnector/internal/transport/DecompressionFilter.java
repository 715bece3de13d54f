package io.httpconnector.internal.transport;

import io.httpconnector.internal.io.GzipInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Accepts responses with an empty body, whatever their {@code Content-Encoding}, because there is nothing to decompress. Also
 * accepts responses whose {@code Content-Encoding} is not a content coding: some services send {@code UTF-8} or {@code none},
 * and object stores keep {@code aws-chunked}. HttpClient rejects such responses from version 5.6 on, and did not before.
 *
 * <p>Also decodes gzip, because HttpClient may lose members after the first one, and limits the content codings that are offered
 * to the service.
 */
final class DecompressionFilter implements ExecChainHandler {

    /**
     * The codings that are offered to a service if they can be decoded. HttpClient would also offer every coding that Commons
     * Compress supports, most of which no web service uses.
     */
    private static final Set<String> OFFERED = Set.of("gzip", "deflate", "br", "zstd");

    /** The coding whose decoder returns nothing before its buffer is full, so that events would arrive late. */
    private static final String BUFFERED = "br";

    private volatile Offer last = Offer.of("");

    /**
     * The {@code Accept-Encoding} of HttpClient and its reduced forms.
     *
     * @param streamed the codings that are decoded as they arrive
     */
    private record Offer(String all, String reduced, String streamed) {

        static Offer of(String all) {
            List<String> offered =
                    ContentDecoder.split(all).stream().filter(OFFERED::contains).toList();
            return new Offer(
                    all,
                    String.join(", ", offered),
                    offered.stream().filter(coding -> !coding.equals(BUFFERED)).collect(Collectors.joining(", ")));
        }
    }

    /** Marks requests without an {@code Accept-Encoding} of their own. Runs before HttpClient adds its default. */
    private static void markDefault(ClassicHttpRequest request, ExecChain.Scope scope) {
        if (scope.clientContext instanceof AttemptContext attempt
                && !request.containsHeader(HttpHeaders.ACCEPT_ENCODING)) {
            attempt.useDefaultCodings();
        }
    }

    private void reduceOffer(ClassicHttpRequest request, ExecChain.Scope scope) {
        Header field = request.getFirstHeader(HttpHeaders.ACCEPT_ENCODING);
        if (field == null
                || !(scope.clientContext instanceof AttemptContext attempt)
                || !attempt.usesDefaultCodings()) {
            return;
        }
        Offer offer = last;
        if (!offer.all.equals(field.getValue())) {
            offer = Offer.of(field.getValue());
            last = offer;
        }
        boolean isStream = attempt.call().idleTimeout() != null;
        request.setHeader(HttpHeaders.ACCEPT_ENCODING, isStream ? offer.streamed : offer.reduced);
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        reduceOffer(request, scope);
        ClassicHttpResponse response = chain.proceed(request, scope);
        HttpEntity entity = response.getEntity();
        if (entity != null && entity.getContentEncoding() != null && isEmpty(scope)) {
            // The body is not compressed, so no decoder may be applied.
            response.setEntity(new Coded(entity, ""));
        } else if (entity != null && entity.getContentEncoding() != null) {
            List<String> said = ContentDecoder.split(entity.getContentEncoding());
            List<String> codings = new ArrayList<>(said);
            codings.removeIf(coding -> !ContentDecoder.isCoding(coding));
            HttpEntity decoded = entity;
            // The codings were applied in this order.
            while (!codings.isEmpty() && ContentDecoder.isGzip(codings.get(codings.size() - 1))) {
                codings.remove(codings.size() - 1);
                decoded = new Gunzipped(decoded);
            }
            if (!codings.equals(said)) {
                response.setEntity(new Coded(decoded, String.join(", ", codings)));
            }
            if (decoded != entity && codings.isEmpty()) {
                // As HttpClient does: they describe the compressed body.
                response.removeHeaders(HttpHeaders.CONTENT_LENGTH);
                response.removeHeaders(HttpHeaders.CONTENT_ENCODING);
                response.removeHeaders(HttpHeaders.CONTENT_MD5);
            }
        }
        return response;
    }

    private static boolean isEmpty(ExecChain.Scope scope) throws IOException {
        WireBody body = scope.clientContext instanceof AttemptContext attempt ? attempt.body() : null;
        return body != null && body.isEmpty();
    }

    /**
     * Rejects responses that could not be decoded. Wraps the decompression of HttpClient before 5.6, which passes on unknown
     * codings undecoded.
     */
    static ClassicHttpResponse refuseUnread(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        markDefault(request, scope);
        ClassicHttpResponse response = chain.proceed(request, scope);
        HttpEntity entity = response.getEntity();
        String coding = entity == null || entity.getContentLength() == 0 ? null : entity.getContentEncoding();
        if (coding != null && ContentDecoder.isCoding(coding)) {
            response.close();
            throw new HttpException("Unsupported Content-Encoding: " + coding);
        }
        return response;
    }

    /** A body without its gzip coding. */
    private static final class Gunzipped extends HttpEntityWrapper {

        Gunzipped(HttpEntity compressed) {
            super(compressed);
        }

        @Override
        public InputStream getContent() throws IOException {
            return new GzipInputStream(super.getContent());
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            try (InputStream content = getContent()) {
                content.transferTo(out);
            }
        }

        @Override
        public long getContentLength() {
            return -1;
        }
    }

    private static final class Coded extends HttpEntityWrapper {

        private final String codings;

        Coded(HttpEntity entity, String codings) {
            super(entity);
            this.codings = codings;
        }

        @Override
        public String getContentEncoding() {
            return codings;
        }
    }
}
