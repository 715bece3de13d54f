package io.httpconnector.wizard;

import io.httpconnector.wizard.LazySource.LazyRecommendation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Says how well what is known fits method and URL. */
final class Ranking {

    private static final int MAX = 20;
    private static final double LEAST = 0.3;

    private Ranking() {}

    static List<Recommendation> rank(String method, String url, List<RecommendationSource> sources) {
        String[] wanted = segments(url);
        List<Scored> ranked = new ArrayList<>();
        for (RecommendationSource source : sources) {
            for (LazyRecommendation entry : LazySource.entries(source)) {
                Scored scored = scored(entry, method, wanted);
                if (scored.score >= LEAST) {
                    ranked.add(scored);
                }
            }
        }
        return ranked.stream()
                .sorted(Comparator.comparingDouble(Scored::score)
                        .reversed()
                        .thenComparing(scored -> scored.entry.title()))
                .limit(MAX)
                .map(Scored::recommendation)
                .toList();
    }

    private record Scored(LazyRecommendation entry, double score, String reason) {

        Recommendation recommendation() {
            Recommendation one = entry.made().get();
            return new Recommendation(one.title(), score, reason, one.source(), one.definition(), one.notes());
        }
    }

    /** Whether a URL is what a known one describes. */
    static boolean fits(String url, String known) {
        return path(segments(url), segments(known)) >= 0.8;
    }

    private static Scored scored(LazyRecommendation entry, String method, String[] wanted) {
        boolean sameMethod = entry.method().equals(method);
        double path = path(wanted, segments(entry.url()));
        double score = Math.round(path * (sameMethod ? 1 : 0.6) * 100) / 100.0;
        return new Scored(entry, score, (sameMethod ? "same method" : "another method") + ", " + reason(path));
    }

    private static String reason(double path) {
        return path >= 1 ? "same path" : path >= 0.85 ? "the path fits its template" : "a similar path";
    }

    /** The segments of the path, without scheme, host and query. */
    private static String[] segments(String url) {
        String path = url.replaceFirst("^https?://[^/?#]*", "").replaceFirst("[?#].*$", "");
        return path.replaceFirst("^/+", "").replaceFirst("/+$", "").split("/", -1);
    }

    /** 1 for the same path, a bit less for each segment that a variable stands for, and far less for each that differs. */
    private static double path(String[] wanted, String[] known) {
        int shorter = Math.min(wanted.length, known.length);
        // The base URL may have the first segments.
        double atEnd = equal(wanted, known, wanted.length - shorter, known.length - shorter);
        double equal = Math.max(equal(wanted, known, 0, 0), atEnd);
        double share = equal / Math.max(wanted.length, known.length);
        // A variable alone fits everything.
        boolean isEnd = wanted.length != known.length && atEnd > shorter * 0.9 + 0.05;
        return isEnd ? Math.max(0.8, share) : share;
    }

    private static double equal(String[] wanted, String[] known, int wantedFrom, int knownFrom) {
        double equal = 0;
        for (int i = 0; i + wantedFrom < wanted.length && i + knownFrom < known.length; i++) {
            String a = wanted[i + wantedFrom];
            String b = known[i + knownFrom];
            equal += a.equalsIgnoreCase(b) ? 1 : a.contains("{{") || b.contains("{{") ? 0.9 : 0;
        }
        return equal;
    }
}
