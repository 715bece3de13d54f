package io.httpconnector.wizard;

import io.httpconnector.wizard.LazyRecommendationSource.LazyRecommendation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Ranks recommendations by how well they match method and URL. */
final class RecommendationRanking {

    private static final int MAX_RESULTS = 20;
    private static final double MIN_SCORE = 0.3;

    private RecommendationRanking() {}

    static List<Recommendation> rank(String method, String url, List<RecommendationSource> sources) {
        String[] wanted = segments(url);
        List<Scored> ranked = new ArrayList<>();
        for (RecommendationSource source : sources) {
            for (LazyRecommendation entry : LazyRecommendationSource.entries(source)) {
                Scored scored = scored(entry, method, wanted);
                if (scored.score >= MIN_SCORE) {
                    ranked.add(scored);
                }
            }
        }
        return ranked.stream()
                .sorted(Comparator.comparingDouble(Scored::score)
                        .reversed()
                        .thenComparing(scored -> scored.entry.title()))
                .limit(MAX_RESULTS)
                .map(Scored::recommendation)
                .toList();
    }

    private record Scored(LazyRecommendation entry, double score, String reason) {

        Recommendation recommendation() {
            Recommendation one = entry.loader().get();
            return new Recommendation(
                    one.title(), score, reason, one.source(), one.definition(), one.notes(), one.origin());
        }
    }

    /** Whether a URL matches a known URL template. */
    static boolean matchesTemplate(String url, String known) {
        return pathScore(segments(url), segments(known)) >= 0.8;
    }

    private static Scored scored(LazyRecommendation entry, String method, String[] wanted) {
        boolean sameMethod = entry.method().equals(method);
        double path = pathScore(wanted, segments(entry.url()));
        double score = Math.round(path * (sameMethod ? 1 : 0.6) * 100) / 100.0;
        return new Scored(entry, score, (sameMethod ? "same method" : "different method") + ", " + reason(path));
    }

    private static String reason(double path) {
        return path >= 1 ? "same path" : path >= 0.85 ? "path matches the template" : "similar path";
    }

    /** Returns the path segments, without scheme, host and query. */
    private static String[] segments(String url) {
        String path = url.replaceFirst("^https?://[^/?#]*", "").replaceFirst("[?#].*$", "");
        return path.replaceFirst("^/+", "").replaceFirst("/+$", "").split("/", -1);
    }

    /**
     * Returns 1 for an equal path, slightly less for each segment matched by a variable, and far less for each different
     * segment.
     */
    private static double pathScore(String[] wanted, String[] known) {
        int shorter = Math.min(wanted.length, known.length);
        // The base URL may contain the first segments.
        double atEnd = matchingSegments(wanted, known, wanted.length - shorter, known.length - shorter);
        double equal = Math.max(matchingSegments(wanted, known, 0, 0), atEnd);
        double share = equal / Math.max(wanted.length, known.length);
        // A single variable would match everything.
        boolean isEnd = wanted.length != known.length && atEnd > shorter * 0.9 + 0.05;
        return isEnd ? Math.max(0.8, share) : share;
    }

    private static double matchingSegments(String[] wanted, String[] known, int wantedFrom, int knownFrom) {
        double equal = 0;
        for (int i = 0; i + wantedFrom < wanted.length && i + knownFrom < known.length; i++) {
            String a = wanted[i + wantedFrom];
            String b = known[i + knownFrom];
            equal += a.equalsIgnoreCase(b) ? 1 : a.contains("{{") || b.contains("{{") ? 0.9 : 0;
        }
        return equal;
    }
}
