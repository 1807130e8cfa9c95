"""Room local/agent."""
