//! Plans as SQL, from Logs Insights.
